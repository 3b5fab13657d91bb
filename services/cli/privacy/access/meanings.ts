import type { PipelineDefinition } from '#runtime/definition/schema.ts'

/** What names of the pipeline file mean, in its own words. */
export interface Meanings {
  readonly purposes: ReadonlyMap<string, string>
  readonly traits: ReadonlyMap<string, Described>
  readonly features: ReadonlyMap<string, Described>
  readonly segments: ReadonlyMap<string, Described & { readonly objective: string }>
}

interface Described {
  readonly description: string
  readonly purpose: string
}

export const noMeanings: Meanings = {
  purposes: new Map(),
  traits: new Map(),
  features: new Map(),
  segments: new Map(),
}

export function meaningsOf({ purposes, traits, features, segments }: PipelineDefinition): Meanings {
  return {
    purposes: new Map(Object.entries(purposes)),
    traits: byName(traits),
    features: byName(
      features.map((feature) =>
        feature.unit === undefined
          ? feature
          : { ...feature, description: `${feature.description} (${feature.unit})` },
      ),
    ),
    segments: byName(segments),
  }
}

const byName = <T extends { readonly name: string }>(all: readonly T[]): ReadonlyMap<string, T> =>
  new Map(all.map((one) => [one.name, one]))
