import { shapeOfKind } from './feature-kinds.ts'
import type { NamedFeature } from './rules/readings.ts'
import type { FeatureDefinition } from './schema.ts'

/** Features by name, as rules know them. */
export const namedFeatures = (
  features: readonly FeatureDefinition[],
): ReadonlyMap<string, NamedFeature> =>
  new Map(
    features.map(({ name, kind, half_life: halfLife }) => [
      name,
      { kind, shape: shapeOfKind(kind, halfLife !== undefined) },
    ]),
  )
