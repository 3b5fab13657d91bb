import type { Score } from './measure.ts'

/** What identity promises on a world of a million events. */
export const goals = { precision: 0.9995, recall: 0.98 } as const

/** The goals that were missed, in words; none: all were met. */
export function missed({ precision, recall, junkMerges, mergedThroughDevice }: Score): string[] {
  return [
    ...(precision >= goals.precision ? [] : [`precision ${precision} < ${goals.precision}`]),
    ...(recall >= goals.recall ? [] : [`recall ${recall} < ${goals.recall}`]),
    ...(junkMerges === 0 ? [] : [`${junkMerges} merges through junk`]),
    ...(mergedThroughDevice === 0
      ? []
      : [`${mergedThroughDevice} pairs of people merged who share a device`]),
  ]
}
