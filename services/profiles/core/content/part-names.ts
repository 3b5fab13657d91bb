import type { FeatureId } from '#runtime/event/ids.ts'

const featurePrefix = 'feature/'

/** Part name of a feature's state. */
export const featurePart = (id: FeatureId): string => featurePrefix + id
/** The feature id in a part's name, or null for the other parts. */
export const featureOfPart = (name: string): FeatureId | null =>
  name.startsWith(featurePrefix) ? asFeatureId(name.slice(featurePrefix.length)) : null
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const asFeatureId = (id: string): FeatureId => id as FeatureId
