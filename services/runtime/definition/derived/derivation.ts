import type { CompiledFeature, Derivation } from '../compiled.ts'
import { durationMs } from '../schema-parts.ts'
import type { Analysed } from './analyse.ts'

/** @throws RangeError for what the validator would have refused. */
export function compileDerivation(
  { feature, formula, reads }: Analysed,
  compiled: (name: string) => CompiledFeature,
): Derivation {
  if (formula !== null)
    return { kind: 'formula', inputs: reads.map(compiled), evaluate: formula.evaluate }
  const [first, frequency, monetary] = reads.map(compiled)
  if (feature.kind === 'affinity' && first !== undefined) return { kind: 'shares', ranking: first }
  if (
    feature.kind === 'rfm' &&
    first !== undefined &&
    frequency !== undefined &&
    monetary !== undefined
  ) {
    const { cuts } = feature
    return {
      kind: 'scores',
      recency: first,
      frequency,
      monetary,
      cuts: {
        recencyMs: (cuts?.recency ?? defaultCuts.recency).map(durationMs),
        frequency: cuts?.frequency ?? defaultCuts.frequency,
        monetary: cuts?.monetary ?? defaultCuts.monetary,
      },
    }
  }
  throw new RangeError(`feature ${feature.name} of kind ${feature.kind} is derived of nothing`)
}

/** The features that a derivation reads itself. */
export function inputsOf(derivation: Derivation): readonly CompiledFeature[] {
  switch (derivation.kind) {
    case 'formula':
      return derivation.inputs
    case 'shares':
      return [derivation.ranking]
    case 'scores':
      return [derivation.recency, derivation.frequency, derivation.monetary]
    default:
      return derivation satisfies never
  }
}

/** Where scores begin unless the file says otherwise: guesses of a shop whose orders are around 50 of its currency. */
export const defaultCuts = {
  recency: ['30d', '90d', '180d', '365d'],
  frequency: [2, 3, 5, 10],
  monetary: [50, 100, 250, 500],
} as const
