import type { ProfileId } from '#runtime/event/ids.ts'

export interface SlicesToMerge {
  readonly after: ProfileId | null
  readonly limit: number
  /** Persisted ids in order, from `from` (included) on, at most `count`. */
  readonly persisted: (from: ProfileId | null, count: number) => readonly ProfileId[]
  /** Persisted, but deleted since. */
  readonly isGone: (id: ProfileId) => boolean
  /** Not persisted yet, in any order. */
  readonly created: readonly ProfileId[]
}

/** The next ids after `after`, in order, as a commit right now would show them. */
export function mergeSlices({
  after,
  limit,
  persisted,
  isGone,
  created,
}: SlicesToMerge): readonly ProfileId[] {
  const found: ProfileId[] = []
  let from = after
  for (;;) {
    const slice = persisted(from, limit + 1)
    for (const id of slice) if (id !== from && !isGone(id)) found.push(id)
    const last = slice.at(-1)
    if (slice.length <= limit || found.length >= limit || last === undefined) break
    from = last
  }
  for (const id of created) if (after === null || id > after) found.push(id)
  // One that is being persisted may be seen on either side.
  return [...new Set(found)].toSorted().slice(0, limit)
}
