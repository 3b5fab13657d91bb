import { comparisons } from '../../cel/compare.ts'
import type { Reading } from '../../compiled.ts'
import { type Cell, cellsOf } from './cells.ts'
import { areConsistent, type Bound, zero } from './differences.ts'
import { type Domains, isWhole } from './domain.ts'
import {
  anything,
  type Formula,
  no,
  leavesOf,
  openLeaf,
  unknown,
  type Verdicts,
  verdictsOf,
  verdictsOfFormula,
  yes,
} from './formula.ts'
import type { Leaf } from './leaves.ts'
import type { RuleReader } from './read-rule.ts'

/** What is known of a question whether a formula can hold. */
export type Answer =
  /** In no world, whatever is made of the opaque parts. */
  | { readonly kind: 'never' }
  /** In this one; each line says something of it. */
  | { readonly kind: 'possible'; readonly world: readonly string[] }
  /** Only in worlds that rest on these opaque parts. */
  | { readonly kind: 'opaque'; readonly parts: readonly string[] }
  /** More worlds than are looked at. */
  | { readonly kind: 'too_many' }

/** Of a difference: below, at or above its constant (−1, 0, 1); of anything else its verdict. */
type Choice = number

/** A question that takes more steps than this stays undecided: two rules of a dozen comparisons take some hundreds. */
export const stepsMax = 20_000
/** And all questions about one file together take no more than this, so that lint answers within seconds whatever it is given. */
export const stepsOfFileMax = 100_000
/** The same of answers of leaves that are read: what a step and a question cost grows with the leaves and cells of the file. */
export const readsOfFileMax = 30_000_000

export interface Limits {
  readonly steps: number
  readonly stepsOfFile: number
  readonly readsOfFile: number
}

/** Answers questions about rules that `reader` has read: all of them first, since cells follow from what all rules compare with. */
export function createSearch(
  { leaves, marks }: RuleReader,
  domains: Domains,
  limits: Limits = { steps: stepsMax, stepsOfFile: stepsOfFileMax, readsOfFile: readsOfFileMax },
): (question: Formula) => Answer {
  let left = limits.stepsOfFile
  let readsLeft = limits.readsOfFile
  const cells = new Map<string, readonly Cell[]>()
  const answers = leaves.map((): readonly Verdicts[] => [])
  /** Of each leaf what it can say of any cell. */
  const anyAnswer = leaves.map((): Verdicts => 0)
  for (const [variable, own] of marks) {
    const domain = domains.get(variable)
    if (domain === undefined) continue
    const all = cellsOf(domain, own)
    const asking = [...leaves.entries()].filter(
      ([, leaf]) => leaf.kind === 'single' && leaf.variable === variable,
    )
    cells.set(variable, all)
    for (const [index, leaf] of asking) {
      const said = all.map((cell) => answerOf(leaf, cell))
      answers[index] = said
      anyAnswer[index] = said.reduce((some, each) => some | each, 0)
    }
  }

  /** Of each variable in a question the cells that its leaves tell apart; all of one that it compares with another variable. */
  function apart(asked: ReadonlySet<number>): ReadonlyMap<string, readonly number[]> {
    const asking = new Map<string, (readonly Verdicts[])[]>()
    const compared = new Set<string>()
    for (const index of asked) {
      const leaf = leaves[index]
      if (leaf === undefined) continue
      for (const variable of variablesOf(leaf)) {
        const known = asking.get(variable) ?? []
        asking.set(variable, known)
        if (leaf.kind === 'single') known.push(answers[index] ?? [])
        else compared.add(variable)
      }
    }
    return new Map(
      [...asking].map(([variable, rows]): [string, readonly number[]] => {
        const all = cells.get(variable) ?? []
        if (compared.has(variable) && domains.get(variable)?.sort === 'number')
          return [variable, [...all.keys()]]
        readsLeft -= all.length * (rows.length + 1)
        return [variable, distinct(all, rows)]
      }),
    )
  }

  return (question) => {
    if (left === 0 || readsLeft <= 0) return { kind: 'too_many' }
    const chosen = new Map<string, number>()
    const branched = new Map<number, Choice>()
    const opaqueParts = new Set<string>()
    const kept = apart(leavesOf(question))
    let steps = 0

    const verdictsOfLeaf = (index: number): Verdicts => {
      readsLeft -= 1
      const leaf = leaves[index]
      if (leaf === undefined) return anything
      switch (leaf.kind) {
        case 'fixed':
          return leaf.verdicts
        case 'single': {
          const cell = chosen.get(leaf.variable)
          const own = answers[index] ?? []
          if (cell === undefined) return anyAnswer[index] ?? anything
          return branched.get(index) ?? own[cell] ?? anything
        }
        case 'difference': {
          const known = leaf.variables.map((name) => {
            const cell = chosen.get(name)
            return cell === undefined ? undefined : cells.get(name)?.[cell]?.known
          })
          if (known.includes(false)) return unknown
          if (known.includes(undefined)) return anything
          const relation = branched.get(index)
          return relation === undefined ? yes | no : verdictOfRelation(leaf, relation)
        }
        case 'opaque':
          return branched.get(index) ?? anything
        default:
          return leaf satisfies never
      }
    }

    /** Whatever the leaf is made to say is assumed, not known. */
    const isGuess = (index: number): boolean => {
      const leaf = leaves[index]
      return leaf?.kind === 'opaque' || (leaf?.kind === 'single' && chosen.has(leaf.variable))
    }

    /** Cells of several variables always go together; only what compares two of them can fail to. */
    const isPossible = (): boolean =>
      branched.size === 0 || areConsistent(boundsOf(leaves, cells, domains, chosen, branched))

    const world = (): readonly string[] => [
      ...[...chosen].flatMap(([name, cell]) => {
        const found = cells.get(name)?.[cell]
        const isMoment = domains.get(name)?.sort === 'instant'
        return found === undefined || (isMoment && found.known)
          ? []
          : [`${name.replace(/^features\./, '')} is ${found.text}`]
      }),
      ...[...branched].flatMap(([index, choice]) => {
        const leaf = leaves[index]
        if (leaf?.kind !== 'difference') return []
        return [verdictOfRelation(leaf, choice) === yes ? leaf.text : `not ${leaf.text}`]
      }),
    ]

    const isOver = (): boolean => steps > limits.steps || steps > left || readsLeft <= 0

    /** Depth first; `certain`: nothing opaque was assumed on the way. Gives the first certain world. */
    const look = (certain: boolean): readonly string[] | null => {
      steps += 1
      if (isOver()) return null
      const verdicts = verdictsOfFormula(question, verdictsOfLeaf)
      if ((verdicts & yes) === 0) return null
      // What is opaque comes last: a world that is found without it is certain.
      const open =
        openLeaf(question, verdictsOfLeaf, (leaf) => !isGuess(leaf)) ??
        openLeaf(question, verdictsOfLeaf, isGuess)
      if (open === undefined) {
        if (certain) return world()
        for (const index of branched.keys()) {
          const leaf = leaves[index]
          if (leaf !== undefined && leaf.kind !== 'difference') opaqueParts.add(leaf.text)
        }
        return null
      }
      const leaf = leaves[open]
      if (leaf === undefined) return null
      const variable = variablesOf(leaf).find((name) => !chosen.has(name))
      if (variable !== undefined) {
        for (const cell of kept.get(variable) ?? []) {
          chosen.set(variable, cell)
          const found = isPossible() ? look(certain) : null
          if (found !== null) return found
        }
        chosen.delete(variable)
        return null
      }
      const isDifference = leaf.kind === 'difference'
      for (const choice of isDifference ? ([1, -1, 0] as const) : choicesOf(verdictsOfLeaf(open))) {
        branched.set(open, choice)
        const found = !isDifference || isPossible() ? look(certain && isDifference) : null
        if (found !== null) return found
      }
      branched.delete(open)
      return null
    }

    const found = look(true)
    const isOverNow = isOver()
    left -= Math.min(steps, left)
    if (found !== null) return { kind: 'possible', world: found }
    if (isOverNow || left === 0) return { kind: 'too_many' }
    return opaqueParts.size > 0
      ? { kind: 'opaque', parts: [...opaqueParts].toSorted() }
      : { kind: 'never' }
  }
}

/** Places of cells of which no two are answered alike by all rows. */
function distinct(all: readonly Cell[], rows: readonly (readonly Verdicts[])[]): readonly number[] {
  const seen = new Set<string>()
  const kept: number[] = []
  for (const [place, { anyText, known }] of all.entries()) {
    let signature = known ? (anyText ? 'a' : 'k') : 'u'
    for (const row of rows) signature += row[place] ?? anything
    if (seen.has(signature)) continue
    seen.add(signature)
    kept.push(place)
  }
  return kept
}

const choicesOf = (verdicts: Verdicts): readonly Verdicts[] =>
  [yes, no, unknown].filter((verdict) => (verdicts & verdict) !== 0)

function variablesOf(leaf: Leaf): readonly string[] {
  if (leaf.kind === 'single') return [leaf.variable]
  return leaf.kind === 'difference' ? leaf.variables : []
}

/** What a test says of one cell: by the very code that decides memberships. */
function answerOf(leaf: Leaf, { anyText, known, reading }: Cell): Verdicts {
  if (leaf.kind !== 'single') return anything
  if (leaf.parts && anyText && known) return yes | no
  const read = (): Reading => reading
  const evaluation = { profile: { feature: read, trait: read }, at: 0, until: Infinity }
  return verdictsOf(leaf.condition(evaluation))
}

/** An age never reads below zero, so that being younger than zero is being zero old. */
function verdictOfRelation(
  { constant, floor, op }: Extract<Leaf, { kind: 'difference' }>,
  relation: number,
): Verdicts {
  const order =
    floor && constant < 0 ? 1 : floor && constant === 0 ? Math.max(relation, 0) : relation
  return comparisons[op](order, 0) ? yes : no
}

function boundsOf(
  leaves: readonly Leaf[],
  cells: ReadonlyMap<string, readonly Cell[]>,
  domains: Domains,
  chosen: ReadonlyMap<string, number>,
  branched: ReadonlyMap<number, Choice>,
): readonly Bound[] {
  const bounds: Bound[] = []
  const add = (from: string, to: string, bound: number, strict: boolean): void => {
    if (Number.isFinite(bound)) bounds.push({ from, to, bound, strict })
  }
  for (const [name, index] of chosen) {
    const cell = cells.get(name)?.[index]
    const domain = domains.get(name)
    if (cell?.known !== true || domain === undefined) continue
    if (cell.interval !== null) {
      const { from, openFrom, openTo, to } = cell.interval
      const whole = isWhole(domain)
      add(name, zero, whole && openTo ? Math.ceil(to) - 1 : to, openTo && !whole)
      add(zero, name, whole && openFrom ? -Math.floor(from) - 1 : -from, openFrom && !whole)
    }
    if (domain.sort === 'instant' && domain.maxAgeMs !== null)
      add('now', name, domain.maxAgeMs - 1, false)
  }
  for (const [index, relation] of branched) {
    const leaf = leaves[index]
    if (leaf?.kind !== 'difference') continue
    const { constant, left, right, whole } = leaf
    if (relation <= 0)
      add(left, right, whole && relation < 0 ? constant - 1 : constant, !whole && relation < 0)
    if (relation >= 0)
      add(right, left, whole && relation > 0 ? -constant - 1 : -constant, !whole && relation > 0)
  }
  return bounds
}
