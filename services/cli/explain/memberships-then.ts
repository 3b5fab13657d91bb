import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import type { Membership } from '../../profiles/core/state.ts'
import { timeOf } from '../verify/recompute.ts'
import type { Turns } from './read-turns.ts'

const none: Turns = { last: null, next: null, entered_at: null, exited_at: null }

/**
 * The memberships of a profile at a time: what the last entry or exit by then made of it. Where that one is not kept any more, the next one says what was before it,
 * and where there is none either, the membership of now is as old. All of them had been decided under the definition of then, whichever let them in.
 */
export function membershipsThen(
  { segments, version }: CompiledDefinition,
  turns: ReadonlyMap<string, Turns>,
  now: ReadonlyMap<string, Membership>,
  at: EpochMs,
): ReadonlyMap<string, Membership> {
  const then = new Map<string, Membership>()
  for (const { name, ruleHash } of segments) {
    const known = turns.get(name) ?? none
    const held = now.get(name)
    const enteredAt = timeBy(known.entered_at, held?.enteredAt, at)
    const exitedAt = timeBy(known.exited_at, held?.exitedAt, at)
    const { last, next } = known
    const member =
      last === null
        ? next === null
          ? enteredAt !== null && (exitedAt === null || exitedAt < enteredAt)
          : next.to === 'exited'
        : last.to === 'entered'
    if (!member && enteredAt === null && exitedAt === null) continue
    const because = last?.because ?? {}
    then.set(name, { member, enteredAt, exitedAt, ruleHash, definition: version, because })
  }
  return then
}

/** As the transitions say it, else as the membership of now does, unless that is of later. */
function timeBy(
  told: string | null,
  held: EpochMs | null | undefined,
  at: EpochMs,
): EpochMs | null {
  if (told !== null) return timeOf(told)
  return held !== null && held !== undefined && held <= at ? held : null
}
