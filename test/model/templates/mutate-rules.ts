import type { PipelineDefinition, SegmentDefinition } from '#runtime/definition/schema.ts'

/** A pipeline file with one rule changed as a slip of the hand would. */
export interface Mutant {
  readonly segment: string
  readonly what: string
  readonly definition: PipelineDefinition
}

const opposites: Readonly<Record<string, string>> = {
  '>=': '<',
  '<': '>=',
  '>': '<=',
  '<=': '>',
  '==': '!=',
  '!=': '==',
  '&&': '||',
  '||': '&&',
}

/** What may stand instead of each operator and number of a rule; text in quotes stays. */
function* slips(rule: string): Iterable<readonly [what: string, rule: string]> {
  for (const match of rule.matchAll(/"[^"]*"|>=|<=|==|!=|&&|\|\||[<>]|\b\d+(?:\.\d+)?\b/g)) {
    const [token] = match
    if (token.startsWith('"')) continue
    const opposite = opposites[token]
    const others = opposite === undefined ? otherNumbers(token) : [opposite]
    for (const other of others) {
      const { index } = match
      const shown = `${rule.slice(Math.max(0, index - 24), index)}[${token} → ${other}]`
      yield [shown, rule.slice(0, index) + other + rule.slice(index + token.length)]
    }
  }
}

/** A quarter more and a quarter less, whole numbers whole. */
function otherNumbers(token: string): readonly string[] {
  const value = Number(token)
  if (value === 0) return ['1']
  if (token.includes('.')) return [String(value * 1.25), String(value * 0.75)]
  return [String(Math.ceil(value * 1.25)), String(Math.floor(value * 0.75))]
}

/** Every slip of every rule, its group, its place in the group and its minimum stay. */
export function* mutateRules(definition: PipelineDefinition): Iterable<Mutant> {
  for (const [index, segment] of definition.segments.entries()) {
    const mutant = (what: string, change: Partial<SegmentDefinition>): Mutant => ({
      segment: segment.name,
      what,
      definition: {
        ...definition,
        segments: definition.segments.with(index, { ...segment, ...change }),
      },
    })
    for (const [what, enter] of slips(segment.enter)) yield mutant(`enter: ${what}`, { enter })
    if (segment.exit !== undefined) {
      yield mutant('no exit', { exit: undefined })
      for (const [what, exit] of slips(segment.exit)) yield mutant(`exit: ${what}`, { exit })
    }
    if (segment.min_stay !== undefined) yield mutant('no min_stay', { min_stay: undefined })
    if (segment.group === undefined) continue
    yield mutant('no group', { group: undefined })
    // Behind, and before, everybody else of the group.
    const rivals = definition.segments.filter(({ group }) => group === segment.group)
    const places = rivals.map(({ priority }) => priority)
    if (segment.priority < Math.max(...places))
      yield mutant('last of its group', { priority: 9999 })
    if (segment.priority > Math.min(...places)) yield mutant('first of its group', { priority: 0 })
  }
}
