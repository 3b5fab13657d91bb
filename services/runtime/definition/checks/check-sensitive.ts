import { createSensitiveCheck, type SensitiveCheck } from '../../channel/core/sensitive.ts'
import { wordsOf } from '../../channel/core/words.ts'
import { compileWhere } from '../cel/event-predicate.ts'
import { parseEventPath } from '../cel/path.ts'
import type { FilePath } from '../findings.ts'
import { keptPath } from '../keep-schema.ts'
import type { FeatureDefinition, PipelineDefinition } from '../schema.ts'
import { checkPattern } from './check-identity.ts'
import type { Report } from './report.ts'
import { sensitiveWords } from './sensitive-words.ts'

/** Names of special categories of personal data: what a channel drops is an error to ask for, what only sounds like it a warning. */
export function checkSensitive(definition: PipelineDefinition, report: Report): void {
  const isDropped = dropping(definition, report)
  const check = (name: string, path: FilePath, atKey?: true): void => {
    const options = atKey ? { atKey } : {}
    if (isDropped(name))
      report.error(
        'sensitive_attribute',
        path,
        `${name} is sensitive: channels drop it, and no profile may hold it`,
        options,
      )
    else {
      const word = wordsOf(name).find((part) => sensitiveWords.has(part))
      if (word !== undefined)
        report.warning(
          'sensitive_attribute',
          path,
          `${name} sounds like a special category of personal data (${word})`,
          { ...options, hint: 'drop it; if it means something else, give it another name' },
        )
    }
  }
  for (const [index, { from }] of definition.traits.entries())
    for (const [at, name] of (from ?? []).entries()) check(name, ['traits', index, 'from', at])
  for (const [index, kept] of definition.keep.properties.entries())
    check(parseEventPath(keptPath(kept)).names.join('.'), ['keep', 'properties', index])
  for (const kind of ['features', 'segments', 'traits'] as const)
    for (const [index, { name }] of definition[kind].entries()) check(name, [kind, index, 'name'])
  for (const [index, feature] of definition.features.entries())
    for (const { path, names } of reads(feature, ['features', index])) check(names.join('.'), path)
  for (const [index, { map }] of definition.sources.entries())
    for (const part of ['traits', 'properties'] as const)
      for (const name of Object.keys(map?.[part] ?? {}))
        check(name, ['sources', index, 'map', part, name], true)
}

/** What channels drop: the built-in list and the file's own, as far as its patterns are any. */
function dropping({ sensitive }: PipelineDefinition, report: Report): SensitiveCheck {
  return createSensitiveCheck(
    sensitive.filter((name, index) => checkPattern(name, ['sensitive', index], report)),
  )
}

function reads(
  feature: FeatureDefinition,
  path: FilePath,
): readonly { readonly path: FilePath; readonly names: readonly string[] }[] {
  const where = feature.where === undefined ? null : compileWhere(feature.where)
  return [
    ...(['value', 'key'] as const).flatMap((field) => {
      const text = feature[field]
      return text === undefined
        ? []
        : [{ path: [...path, field], names: parseEventPath(text).names }]
    }),
    ...(where?.ok === true
      ? where.value.reads.map(({ names }) => ({ path: [...path, 'where'], names }))
      : []),
  ]
}
