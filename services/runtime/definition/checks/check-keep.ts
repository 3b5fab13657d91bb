import { compileWhere } from '../cel/event-predicate.ts'
import { type EventPath, isEventPath, parseEventPath, withoutPlaces } from '../cel/path.ts'
import type { FilePath } from '../findings.ts'
import { safeProperties, sealedPaths } from '../forwarded-properties.ts'
import { keptPath } from '../keep-schema.ts'
import { compileRule } from '../rules/compile-rule.ts'
import { ruleNames } from '../rules/names.ts'
import type { PipelineDefinition } from '../schema.ts'
import { namesAPersonBy } from './personal-words.ts'
import type { Report } from './report.ts'

/** What is kept is sealed on its way: nothing may compute with it, and what sounds personal should be kept so. */
export function checkKeep(definition: PipelineDefinition, report: Report): void {
  checkShapes(definition, report)
  checkReads(definition, report)
  checkRules(definition, report)
  checkPersonal(definition, report)
}

function checkShapes({ keep, traits }: PipelineDefinition, report: Report): void {
  for (const [index, trait] of traits.entries())
    if (trait.keep !== undefined && trait.type !== 'string')
      report.error('keep_shape', ['traits', index, 'type'], `${trait.name} is kept as text`, {
        hint: 'write type: string; nothing computes with what is kept',
      })
  for (const [index, kept] of keep.properties.entries()) {
    const path = ['keep', 'properties', index]
    const { root, names } = parseEventPath(keptPath(kept))
    if (typeof kept === 'string') continue
    if (root !== 'properties' || !isEventPath(kept.path))
      report.error('keep_shape', [...path, 'path'], `${kept.path} is no property`, {
        hint:
          root === 'traits' ? 'write keep at the trait itself' : 'write a path below properties',
      })
    const whole = safeProperties.find((name) => names[0] === name && names.length > 1)
    if (root === 'properties' && whole !== undefined)
      report.error('keep_shape', [...path, 'path'], `${whole} goes on whole, and unsealed`, {
        hint: `keep ${whole}, or let the source write it elsewhere`,
      })
    if (kept.keep === 'clear')
      report.warning('keep_shape', [...path, 'keep'], `no property is in the table profiles`, {
        hint: 'so it is sealed wherever it is: write sealed; or declare a trait for it',
      })
  }
}

/** Paths that features and success metrics read, and where they stand. */
function* reads({
  features,
  segments,
}: PipelineDefinition): Generator<{ readonly path: FilePath; readonly read: EventPath }> {
  for (const [index, feature] of features.entries()) {
    for (const field of ['value', 'key'] as const) {
      const text = feature[field]
      if (text !== undefined) yield { path: ['features', index, field], read: parseEventPath(text) }
    }
    const where = feature.where === undefined ? null : compileWhere(feature.where)
    if (where?.ok === true)
      for (const read of where.value.reads) yield { path: ['features', index, 'where'], read }
  }
  for (const [index, { success_metric: metric }] of segments.entries())
    if (metric.value !== undefined)
      yield {
        path: ['segments', index, 'success_metric', 'value'],
        read: parseEventPath(metric.value),
      }
}

const keptHint = 'what is kept is sealed; take keep away, or read something else'

function checkReads(definition: PipelineDefinition, report: Report): void {
  const traits = keptTraits(definition)
  const properties = sealedPaths(definition).map(withoutPlaces)
  for (const { path, read } of reads(definition)) {
    const name = withoutPlaces(read.names.join('.'))
    if (read.root === 'traits' && traits.has(read.names[0] ?? ''))
      report.error('kept_value_read', path, `${name} is kept, and no rule may read it`, {
        hint: keptHint,
      })
    // Both above it, since then all of it would go on, and below it.
    const kept = properties.find(
      (one) => one === name || one.startsWith(`${name}.`) || name.startsWith(`${one}.`),
    )
    if (read.root === 'properties' && kept !== undefined)
      report.error('kept_value_read', path, `${kept} is kept, and no rule may read ${name}`, {
        hint: keptHint,
      })
  }
  for (const [index, kept] of definition.keep.properties.entries()) {
    const name = withoutPlaces(parseEventPath(keptPath(kept)).names.join('.'))
    const isPlain = typeof kept === 'string'
    const other = properties.find((one) => one.startsWith(`${name}.`) || (isPlain && one === name))
    if (other !== undefined)
      report.error(
        'keep_shape',
        ['keep', 'properties', index],
        `${keptPath(kept)} holds ${other}`,
        {
          hint: 'keep one of the two',
        },
      )
  }
}

const keptTraits = ({ traits }: PipelineDefinition): ReadonlySet<string> =>
  new Set(traits.filter(({ keep }) => keep !== undefined).map(({ name }) => name))

const unique = <T extends { readonly name: string }>(all: readonly T[]): T[] => [
  ...new Map(all.map((each) => [each.name, each])).values(),
]

function checkRules(definition: PipelineDefinition, report: Report): void {
  const kept = keptTraits(definition)
  if (kept.size === 0) return
  const names = ruleNames({
    features: unique(definition.features),
    traits: unique(definition.traits),
  })
  for (const [index, segment] of definition.segments.entries())
    for (const field of ['enter', 'exit'] as const) {
      const source = segment[field]
      const rule = source === undefined ? null : compileRule(names, source)
      if (rule?.ok !== true) continue
      for (const name of rule.value.readsTraits)
        if (kept.has(name))
          report.error(
            'kept_value_read',
            ['segments', index, field],
            `traits.${name} is kept, and no rule may read it`,
            { hint: keptHint },
          )
    }
}

function checkPersonal(definition: PipelineDefinition, report: Report): void {
  const hint = 'write keep: clear (plain in profiles alone) or keep: sealed'
  for (const [index, { from, keep, name, type }] of definition.traits.entries()) {
    if (keep !== undefined || type === 'boolean') continue
    const word = [name, ...(from ?? [])].map(namesAPersonBy).find((found) => found !== null)
    if (word !== undefined)
      report.warning(
        'personal_without_keep',
        ['traits', index, 'name'],
        `${name} sounds like what names a person (${word}), and is plain wherever it is`,
        { hint },
      )
  }
  for (const [index, kept] of definition.keep.properties.entries()) {
    const word = typeof kept === 'string' ? namesAPersonBy(kept) : null
    if (word !== null)
      report.warning(
        'personal_without_keep',
        ['keep', 'properties', index],
        `${keptPath(kept)} sounds like what names a person (${word}); its addresses and numbers are left out, the rest is plain`,
        { hint: 'write { path: …, keep: sealed }' },
      )
  }
}
