import type { JsonObject } from '#runtime/event/event.ts'
import type { Quality, Score } from './measure.ts'

/** The figures as `--json` gives them. */
export function qualityJson(quality: Quality, missed: readonly string[]): JsonObject {
  const { story, events, links, identifiers, tributary, naive } = quality
  return {
    seed: story.seed,
    people: story.people,
    events,
    links,
    identifiers,
    linkable_pairs: tributary.linkablePairs,
    device_sharers: tributary.deviceSharers,
    tributary: scoreJson(tributary),
    naive: scoreJson(naive),
    decisions: { ...tributary.decisions },
    missed,
  }
}

const scoreJson = (score: Score): JsonObject => ({
  precision: score.precision,
  recall: score.recall,
  recall_all: score.recallAll,
  merges_through_junk: score.junkMerges,
  merged_through_device: score.mergedThroughDevice,
  profiles: score.profiles,
  profiles_of_several_people: score.ofSeveralPeople,
  giant_profiles: score.giants,
  largest_profile_identifiers: score.largestIdentifiers,
  largest_profile_people: score.largestPeople,
})
