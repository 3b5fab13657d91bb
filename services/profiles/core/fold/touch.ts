import type { TransitionCause } from '#schemas/clickhouse/rows.ts'
import { type EpochMs, epochMs, type FragmentId, type ProfileId } from '#runtime/event/ids.ts'
import type { ChangedParts } from '../content/changed-parts.ts'
import { newProfile, type Profile } from '../state.ts'
import { evaluateSegments } from '../segments/evaluate-segments.ts'
import { earlier } from '../segments/decide-segment.ts'
import { nextTimer } from '../segments/next-timer.ts'
import { createProfileView } from '../segments/profile-reader.ts'
import type { ConsentNews } from '../segments/consent-cause.ts'
import { consentTurn, type GivenPurposes, givenPurposes } from '../consent/turn.ts'
import { affectedSegments } from './affected-segments.ts'
import { definitionInForce, type FoldContext } from './context.ts'
import { addMembershipRow, addTransition } from './add-rows.ts'
import { expiryDue } from './ask-expiry.ts'
import { type Member, memberContents, sumMembers } from './members-of.ts'

export interface TouchOptions {
  readonly cause: TransitionCause
  readonly at: EpochMs
  /** Names of the parts that changed; null: anything may have. */
  readonly changed: ChangedParts | null
  /** The change of consent in `changed`, if any, gives and withdraws nothing. */
  readonly consentKnown?: boolean
  /** The purposes given before the change; left out: not asked. */
  readonly givenBefore?: GivenPurposes | undefined
  readonly anew: boolean
}

/** What a profile's members together give now, before something changes one of them. */
export function givenNow(context: FoldContext, id: ProfileId): GivenPurposes | undefined {
  const profile = context.state.profile(id)
  if (profile === undefined) return undefined
  const members = memberContents(context, id, profile)
  return members.length === 0 ? undefined : givenBy(context, members)
}

const givenBy = (context: FoldContext, members: readonly Member[]): GivenPurposes =>
  givenPurposes(
    members.map(([, { consent }]) => consent),
    definitionInForce(context).purposes,
  )

/**
 * Decides a profile anew after something that it depends on changed: segments, timer, and what is shown of it. Its row is made at
 * the end of the flush with this message's version. `own` names the fragment whose birth id this is, when the caller comes from it.
 */
export function touch(
  context: FoldContext,
  id: ProfileId,
  own: FragmentId | null,
  options: TouchOptions,
): void {
  const profile = context.state.profile(id) ?? newProfile()
  if (own !== null) profile.own = own
  const members = memberContents(context, id, profile)
  if (members.length === 0) {
    remove(context, id, profile, options)
    return
  }
  const { meta } = context.state
  if (options.cause === 'expiry') putOff(context, profile)
  else decide(context, id, profile, members, options)
  profile.shown = true
  context.state.putProfile(id, profile)
  context.flush.touched.set(id, { version: context.version, at: meta.clock })
}

/** Log time within which the homes of a profile's members have all heard that it expires. */
const partingMs = 60_000

/** Its other members go as well: nobody enters a segment by what is left for a moment. If something is left for longer, it is decided then. */
function putOff({ state }: FoldContext, profile: Profile): void {
  profile.thinned = true
  profile.timer = earlier(profile.timer, epochMs(state.meta.clock + partingMs))
}

/** Segments and timer; skipped when nothing that they read changed, since time alone changes nothing before the timer. */
function decide(
  context: FoldContext,
  id: ProfileId,
  profile: Profile,
  members: readonly Member[],
  options: TouchOptions,
): void {
  const { cause, at, changed } = options
  const anew = options.anew || profile.thinned
  const definition = definitionInForce(context)
  const isPartial = changed !== null && !anew && profile.shown
  const { consent, isKnown } = consentNews(context, profile, members, options)
  const only = isPartial ? affectedSegments(definition, changed, isKnown) : null
  if (only?.length === 0) return
  const summed = sumMembers(members, definition)
  const view = createProfileView(summed, definition, at)
  const previous = profile.segments
  const result = evaluateSegments({
    previous,
    view,
    definition,
    at,
    cause,
    fresh: anew,
    only,
    consent,
  })
  profile.segments = result.segments
  profile.thinned = false
  const nextChangeAt = earlier(result.nextChangeAt, expiryDue(context, profile, members))
  const next = nextTimer(nextChangeAt, summed, definition, at)
  // What was not decided keeps its time. It may come too early for what was: then all is looked at again, and nothing changes.
  profile.timer = only === null ? next : earlier(profile.timer, next)
  if (result.changed.size > 0)
    for (const [segment, membership] of result.changed)
      addMembershipRow(context, id, segment, membership, result.nextChanges.get(segment) ?? null)
  for (const transition of result.transitions) addTransition(context, id, transition, at)
}

interface ConsentOutcome {
  readonly consent: ConsentNews | null
  /** Consent is none of what changed. */
  readonly isKnown: boolean
}

const noNews: ConsentOutcome = { consent: null, isKnown: true }
const unasked: ConsentOutcome = { consent: null, isKnown: false }

/** Whether a change of consent gave or withdrew anything, and what else it touched. */
function consentNews(
  context: FoldContext,
  profile: Profile,
  members: readonly Member[],
  { changed, anew, consentKnown = false, givenBefore }: TouchOptions,
): ConsentOutcome {
  if (givenBefore === undefined || consentKnown || anew || !profile.shown)
    return consentKnown ? noNews : unasked
  const turn = consentTurn(givenBefore, givenBy(context, members))
  if (turn === null) return noNews
  const touched =
    changed === null ? null : affectedSegments(definitionInForce(context), changed, true)
  return { consent: { turn, touched: touched && new Set(touched) }, isKnown: false }
}

/** A profile without members: exits with their cause, and a deleted row if it was ever shown. */
function remove(
  context: FoldContext,
  id: ProfileId,
  profile: Profile,
  { cause, at }: TouchOptions,
): void {
  // What the rules read is the person's own: it goes with her, also where she was a member long ago.
  const forgotten = cause === 'erasure' || cause === 'expiry'
  for (const [segment, membership] of profile.segments) {
    const { ruleHash } = membership
    const because = forgotten ? {} : membership.because
    const exitedAt = membership.member ? at : membership.exitedAt
    // The row outlives the profile, whose next life would not know of it: no reason stays in it.
    addMembershipRow(
      context,
      id,
      segment,
      { ...membership, member: false, exitedAt, because: {} },
      null,
    )
    if (!membership.member) continue
    addTransition(context, id, { segment, to: 'exited', cause, because, ruleHash }, at)
  }
  if (profile.shown)
    context.flush.touched.set(id, { version: context.version, at: context.state.meta.clock })
  context.state.deleteProfile(id)
}
