import type { ReadingField } from '../derived/analyse.ts'
import { analyseFeatures } from '../derived/analyse.ts'
import type { DerivedKind } from '../feature-kinds.ts'
import type { FilePath } from '../findings.ts'
import type { FeatureDefinition, PipelineDefinition } from '../schema.ts'
import { durationMs } from '../schema-parts.ts'
import type { Report } from './report.ts'

const shapes: Readonly<Record<DerivedKind, readonly ReadingField[]>> = {
  ratio: ['numerator', 'denominator'],
  expression: ['formula'],
  affinity: ['of'],
  rfm: ['recency', 'frequency', 'monetary'],
}

const readingFields: readonly ReadingField[] = Object.values(shapes).flat()
/** Fields that only mean something to kinds with a state. */
const eventFields = ['where', 'value', 'key', 'half_life', 'window', 'k', 'currency'] as const

/** A derived kind names what it reads, and nothing of events. */
export function checkDerivedShape(
  feature: FeatureDefinition,
  kind: DerivedKind,
  path: FilePath,
  report: Report,
): void {
  const needs = shapes[kind]
  for (const field of needs)
    if (feature[field] === undefined)
      report.error('feature_shape', path, `a ${kind} needs ${field}`)
  const unused = [
    ...readingFields.filter((field) => !needs.includes(field)),
    ...eventFields,
    ...(kind === 'rfm' ? [] : (['cuts'] as const)),
  ].filter((field) => feature[field] !== undefined)
  for (const field of [...unused, ...(feature.events.length > 0 ? (['events'] as const) : [])])
    report.error('feature_shape', [...path, field], `a ${kind} has no use for ${field}`, {
      atKey: true,
      hint: 'it is read off other features, which name their events',
    })
  checkCuts(feature, path, report)
}

/** The fields of derived kinds have no place in one with a state. */
export function checkNotDerived(feature: FeatureDefinition, path: FilePath, report: Report): void {
  for (const field of [...readingFields, 'cuts' as const])
    if (feature[field] !== undefined)
      report.error('feature_shape', [...path, field], `a ${feature.kind} has no use for ${field}`, {
        atKey: true,
      })
}

function checkCuts({ cuts }: FeatureDefinition, path: FilePath, report: Report): void {
  if (cuts === undefined) return
  for (const [field, values] of [
    ['recency', cuts.recency?.map(durationMs)],
    ['frequency', cuts.frequency],
    ['monetary', cuts.monetary],
  ] as const)
    if (values?.some((value, index) => index > 0 && value <= (values[index - 1] ?? 0)) === true)
      report.error('feature_shape', [...path, 'cuts', field], 'cuts rise from one to the next')
}

/** What derived features read exists, fits, and makes no circle. */
export function checkDerived(definition: PipelineDefinition, report: Report): void {
  const analysed = analyseFeatures(definition.features)
  for (const [index, feature] of definition.features.entries())
    for (const { field, hint, message, offset } of analysed.get(feature.name)?.problems ?? [])
      report.error('invalid_derivation', ['features', index, field], message, {
        hint,
        ...(offset === undefined ? {} : { offset }),
      })
}
