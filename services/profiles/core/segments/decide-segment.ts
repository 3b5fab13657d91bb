import type { CompiledSegment, RuleResult } from '#runtime/definition/compiled.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import type { Membership } from '../state.ts'
import type { ProfileView } from './profile-reader.ts'

/** What one segment's rules want, before its group is asked. */
export interface Wish {
  readonly member: boolean
  /** A member inside of its minimum stay: nothing of its group may displace it. */
  readonly held: boolean
  /** When time alone may change the wish; null: never. */
  readonly changesAt: EpochMs | null
}

/** Wants nobody in, whatever the time. */
export const out: Wish = { member: false, held: false, changesAt: null }
const isIn: Wish = { member: true, held: false, changesAt: null }

const wish = (member: boolean, changesAt: EpochMs | null): Wish =>
  changesAt === null ? (member ? isIn : out) : { member, held: false, changesAt }

export function earlier(a: EpochMs | null, b: EpochMs | null): EpochMs | null {
  if (a === null || b === null) return a ?? b
  return a <= b ? a : b
}

/** Not a member, or decided as if it never was one: in if `enter` holds and `exit` doesn't; unknown never enters. */
function decideEntry(segment: CompiledSegment, view: ProfileView, at: EpochMs): Wish {
  const enter = segment.enter.evaluate(view, at)
  if (enter.verdict !== true || segment.exit === null)
    return wish(enter.verdict === true, enter.changesAt)
  const exit = segment.exit.evaluate(view, at)
  const member = exit.verdict !== true
  return wish(member, member ? exit.changesAt : earlier(enter.changesAt, exit.changesAt))
}

const wantsOut = (segment: CompiledSegment, { verdict }: RuleResult) =>
  verdict !== 'unknown' && verdict === (segment.exit !== null)

/** Whether the rule that lets somebody stay, or the one that let somebody in, can't be answered. */
const isBlind = (stay: RuleResult, enter: RuleResult): boolean =>
  stay.verdict === 'unknown' || enter.verdict === 'unknown'

/**
 * A member: stays until `exit` holds, or without an exit until `enter` doesn't, and at least for the minimum stay. Blind by what is withheld
 * it goes at once.
 */
function decideStay(
  segment: CompiledSegment,
  membership: Membership,
  view: ProfileView,
  at: EpochMs,
  unknownLeaves: boolean,
): Wish {
  const rule = (segment.exit ?? segment.enter).evaluate(view, at)
  const enter = (): RuleResult => (segment.exit === null ? rule : segment.enter.evaluate(view, at))
  if (unknownLeaves && isBlind(rule, enter()))
    return { ...out, changesAt: earlier(rule.changesAt, enter().changesAt) }
  const leaves = wantsOut(segment, rule)
  const until = epochMs((membership.enteredAt ?? at) + (segment.minStayMs ?? 0))
  const held = segment.minStayMs !== null && at < until
  if (!leaves || held) {
    // The end of a minimum stay decides something: the exit that waits for it, or who of the group may come in.
    const waits = held && (leaves || segment.group !== null)
    return { member: true, held, changesAt: earlier(rule.changesAt, waits ? until : null) }
  }
  return { ...out, changesAt: earlier(rule.changesAt, enter().changesAt) }
}

/** `anew`: history doesn't count. `unknownLeaves`: what the rule can't see, it may not rest on. */
export function decideSegment(
  segment: CompiledSegment,
  previous: Membership | undefined,
  view: ProfileView,
  at: EpochMs,
  { anew, unknownLeaves }: { readonly anew: boolean; readonly unknownLeaves: boolean },
): Wish {
  if (!view.gate.given(segment.purpose)) return out
  return previous?.member === true && !anew
    ? decideStay(segment, previous, view, at, unknownLeaves)
    : decideEntry(segment, view, at)
}
