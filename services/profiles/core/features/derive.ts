import type { CompiledFeature, Derivation } from '#runtime/definition/compiled.ts'
import { inputsOf } from '#runtime/definition/derived/derivation.ts'
import { isZeroWhenAbsent } from '#runtime/definition/feature-kinds.ts'
import { type Step, stepAt } from '#runtime/definition/rules/steps.ts'
import type { Scalar } from '#runtime/event/event.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import { type FeatureValue, halfLifeOf } from './algebra.ts'
import { decay } from './decay.ts'
import type { Known } from './known.ts'

interface Read {
  readonly feature: CompiledFeature
  readonly known: Known
}

const none: FeatureValue = { kind: 'none' }

/**
 * Reads a feature off others. Withheld if one of them is; absent if all are. It is as new as the newest of them, and stale as soon as one of them is.
 */
export function derive(
  feature: CompiledFeature,
  derivation: Derivation,
  read: (input: CompiledFeature) => Known,
): Known {
  const reads = inputsOf(derivation).map((input) => ({ feature: input, known: read(input) }))
  if (reads.some(({ known }) => known.kind === 'withheld')) return { kind: 'withheld' }
  let refAt = -Infinity
  let staleAt = Infinity
  for (const { known } of reads) {
    if (known.kind !== 'known') continue
    refAt = Math.max(refAt, known.refAt)
    staleAt = Math.min(staleAt, known.staleAt ?? Infinity)
  }
  if (refAt === -Infinity) return { kind: 'absent' }
  if (feature.maxAgeMs !== null) staleAt = Math.min(staleAt, refAt + feature.maxAgeMs)
  return {
    kind: 'known',
    value: valueOf(feature, derivation, reads, refAt),
    refAt: epochMs(refAt),
    staleAt: staleAt === Infinity ? null : epochMs(staleAt),
  }
}

function valueOf(
  feature: CompiledFeature,
  derivation: Derivation,
  reads: readonly Read[],
  refAt: number,
): FeatureValue {
  switch (derivation.kind) {
    case 'formula':
      return formulaValue(feature, derivation, reads, refAt)
    case 'shares':
      return sharesOf(reads[0]?.known)
    case 'scores':
      return scores(derivation, reads)
    default:
      return derivation satisfies never
  }
}

function formulaValue(
  { shape }: CompiledFeature,
  { evaluate }: Extract<Derivation, { kind: 'formula' }>,
  reads: readonly Read[],
  refAt: number,
): FeatureValue {
  const at = (moment: number): Scalar | null => {
    return evaluate((name) => {
      const read = reads.find(({ feature }) => feature.name === name)
      return read === undefined ? null : scalarAt(read, moment)
    })
  }
  if (shape === 'steps') return stepsOf(edgesOf(reads), (moment) => numberOrNull(at(moment)))
  // What fades is brought to one moment; by its half-life all of it moves alike from there on.
  const value = numberOrNull(at(refAt))
  if (value === null) return none
  return shape === 'decayed' ? { kind: 'decayed', valueAtRef: value } : { kind: 'plain', value }
}

/** A number (or a text) that an input has at a moment; null: none. */
function scalarAt({ feature, known }: Read, moment: number): Scalar | null {
  if (known.kind !== 'known') return isZeroWhenAbsent(feature.kind) ? 0 : null
  const { value } = known
  switch (value.kind) {
    case 'plain':
    case 'money':
      return value.value
    case 'decayed':
      return decay(value.valueAtRef, moment - known.refAt, halfLifeOf(feature))
    case 'steps':
      return stepAt(value.steps, moment)?.value ?? null
    case 'instant':
    case 'ranked':
    case 'shares':
    case 'rate':
    case 'none':
    case 'out_of_range':
      return null
    default:
      return value satisfies never
  }
}

const numberOrNull = (value: Scalar | null): number | null =>
  typeof value === 'number' ? value : null

/** Moments from which an input has another value. */
function edgesOf(reads: readonly Read[]): number[] {
  return reads.flatMap(({ known }) =>
    known.kind === 'known' && known.value.kind === 'steps'
      ? known.value.steps.map(({ from }) => from)
      : [],
  )
}

/** Steps through the edges, each only where the value is another one. Before the last of the inputs' first edges nobody asks. */
function stepsOf(
  edges: readonly number[],
  valueAt: (moment: number) => number | string | null,
): FeatureValue {
  const steps: Step[] = []
  for (const edge of [...new Set(edges)].toSorted((a, b) => a - b)) {
    const value = valueAt(edge)
    if (steps.length > 0 && steps.at(-1)?.value === value) continue
    steps.push({ from: epochMs(edge), value, decimal: null })
  }
  return steps.length === 0 ? none : { kind: 'steps', steps }
}

/** Weights fade alike, so shares do not move in time. What is not shown of the ranking is part of the whole. */
function sharesOf(known: Known | undefined): FeatureValue {
  if (known?.kind !== 'known' || known.value.kind !== 'ranked') return none
  const { entries, totalAtRef } = known.value
  return totalAtRef > 0
    ? { kind: 'shares', entries: entries.map(([key, weight]) => [key, weight / totalAtRef]) }
    : none
}

/** 1 below the first cut, 5 from the last on. */
const scoreOf = (value: number, cuts: readonly number[]): number =>
  1 + cuts.filter((cut) => value >= cut).length

/** Recency, frequency and money as three digits, "543": whoever was here lately, often and with much has 555. */
function scores(
  { cuts }: Extract<Derivation, { kind: 'scores' }>,
  [recency, frequency, monetary]: readonly Read[],
): FeatureValue {
  if (recency === undefined || frequency === undefined || monetary === undefined) return none
  const { known } = recency
  if (known.kind !== 'known' || known.value.kind !== 'instant') return none
  const seenAt: EpochMs = known.value.at
  const others = [frequency, monetary]
  const edges = [seenAt, ...cuts.recencyMs.map((age) => seenAt + age + 1), ...edgesOf(others)]
  return stepsOf(edges, (moment) => {
    const often = scalarAt(frequency, moment)
    const much = scalarAt(monetary, moment)
    if (typeof often !== 'number' || typeof much !== 'number') return null
    const passed = cuts.recencyMs.filter((age) => moment - seenAt > age).length
    return `${5 - passed}${scoreOf(often, cuts.frequency)}${scoreOf(much, cuts.monetary)}`
  })
}
