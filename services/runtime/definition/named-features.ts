import { analyseFeatures, foldedReads } from './derived/analyse.ts'
import type { NamedFeature } from './rules/readings.ts'
import type { FeatureDefinition } from './schema.ts'

/** Features by name, as rules know them. */
export function namedFeatures(
  features: readonly FeatureDefinition[],
): ReadonlyMap<string, NamedFeature> {
  const analysed = analyseFeatures(features)
  return new Map(
    [...analysed].map(([name, { kind, shape }]) => [
      name,
      { kind, shape, restsOn: foldedReads(name, analysed) },
    ]),
  )
}
