import { type EpochMs, epochMs } from '../../event/ids.ts'
import type { CompiledSegment, ProfileReader } from '../compiled.ts'

const nothing: ProfileReader = {
  feature: () => ({ kind: 'absent' }),
  trait: () => ({ kind: 'absent' }),
}

/** Whether somebody of whom nothing is known is a member, all purposes given: of each segment, by name. Of a group, the first that would have everybody. */
export function coldStarts(
  segments: readonly Pick<CompiledSegment, 'name' | 'enter' | 'group' | 'priority'>[],
  at: EpochMs = epochMs(0),
): ReadonlyMap<string, boolean> {
  const taken = new Set<string>()
  const starts = new Map<string, boolean>()
  for (const { enter, group, name } of segments.toSorted((a, b) => a.priority - b.priority)) {
    const isIn =
      (group === null || !taken.has(group)) && enter.evaluate(nothing, at).verdict === true
    if (isIn && group !== null) taken.add(group)
    starts.set(name, isIn)
  }
  return starts
}

/** Segments of its group that come before it: whoever they have, it does not. First come first. */
export function givesWayTo(
  { group, name }: Pick<CompiledSegment, 'name' | 'group'>,
  segments: readonly Pick<CompiledSegment, 'name' | 'group' | 'priority'>[],
): readonly string[] {
  if (group === null) return []
  const ranked = segments
    .filter((other) => other.group === group)
    .toSorted((a, b) => a.priority - b.priority)
  return ranked
    .slice(
      0,
      ranked.findIndex((one) => one.name === name),
    )
    .map((one) => one.name)
}
