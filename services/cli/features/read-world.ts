import type { EpochMs, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { toIsoOrNull } from '#runtime/time/iso.ts'
import type { CompiledDefinition, CompiledSegment } from '#runtime/definition/compiled.ts'
import { sumContents, type Summed } from '../../profiles/core/content/sum-contents.ts'
import { memberContents } from '../../profiles/core/fold/members-of.ts'
import { readProfile } from '../../profiles/core/rows/read-profile.ts'
import { type Because, becauseOf } from '../../profiles/core/segments/because.ts'
import { explainSegment } from '../../profiles/core/segments/explain-segment.ts'
import { foresee } from '../../profiles/core/segments/foresee.ts'
import { createProfileView, type ProfileView } from '../../profiles/core/segments/profile-reader.ts'
import type { Membership } from '../../profiles/core/state.ts'
import { becauseIn } from '../explain/read-memberships.ts'
import type { OfflineWorld } from './offline-world.ts'
import type { SimulatedPerson, SimulatedSegment, SimulatedTransition } from './simulation.ts'

/** What is known of one profile: the sum of its members, and what was decided of it. */
export interface KnownProfile {
  readonly summed: Summed
  readonly memberships: ReadonlyMap<string, Membership>
}

const nobody: ReadonlyMap<string, Membership> = new Map()

export function knownProfile(
  { definition, state }: OfflineWorld,
  profile: ProfileId,
): KnownProfile {
  const found = state.profile(profile)
  if (found === undefined) return { summed: sumContents([], definition), memberships: nobody }
  const members = memberContents({ state }, profile, found).map(([, content]) => content)
  return { summed: sumContents(members, definition), memberships: found.segments }
}

/** Everybody, by first appearance; whoever has only blocked values is nobody. */
export function readWorld(
  world: OfflineWorld,
  at: EpochMs,
  explained: boolean,
): readonly SimulatedPerson[] {
  const transitions = Map.groupBy(world.transitions, ({ profile_id }) => profile_id)
  return [...membersOf(world)].map(([profile, fragments]) => {
    const known = knownProfile(world, profile)
    return {
      profile_id: profile,
      identifiers: fragments.map((id) => {
        const { type, value } = world.known.get(id) ?? { type: id, value: id }
        return { type, value }
      }),
      aliases: aliasesOf(world, profile, fragments),
      ...readProfile(known.summed, world.definition, at),
      segments: readSegments(known, world.definition, at, explained),
      transitions: (transitions.get(profile) ?? []).map(
        ({ segment, at: when, to, cause, because }): SimulatedTransition => ({
          segment,
          at: when,
          to,
          cause,
          because: becauseIn(because),
        }),
      ),
    }
  })
}

/** Profile → its identifiers. */
export function membersOf(world: OfflineWorld): ReadonlyMap<ProfileId, readonly FragmentId[]> {
  const usable = [...world.known].flatMap(([id, { blocked }]) => (blocked === null ? [id] : []))
  return Map.groupBy(usable, (id) => world.profileOf(id))
}

const aliasesOf = (
  world: OfflineWorld,
  profile: ProfileId,
  fragments: readonly FragmentId[],
): readonly string[] =>
  fragments
    .map((id) => birthProfileId(id))
    .filter((birth) => birth !== profile && world.shown.has(birth))

function readSegments(
  known: KnownProfile,
  definition: CompiledDefinition,
  at: EpochMs,
  explained: boolean,
): Readonly<Record<string, SimulatedSegment>> {
  const { memberships, summed } = known
  const view = createProfileView(summed, definition, at)
  const { next } = foresee(summed, definition, memberships, at)
  const segments: Record<string, SimulatedSegment> = {}
  for (const segment of definition.segments) {
    const held = memberships.get(segment.name)
    segments[segment.name] = {
      member: held?.member === true,
      entered_at: toIsoOrNull(held?.enteredAt ?? null),
      exited_at: toIsoOrNull(held?.exitedAt ?? null),
      rule_version: String(held?.definition ?? definition.version),
      because: held?.because ?? presentReason(segment, view, definition, at),
      next_change_at: toIsoOrNull(next.get(segment.name)?.at ?? null),
      ...(explained && { explanation: explainSegment(segment, { ...known, definition, at }) }),
    }
  }
  return segments
}

const presentReason = (
  segment: CompiledSegment,
  view: ProfileView,
  definition: CompiledDefinition,
  at: EpochMs,
): Because =>
  view.gate.given(segment.purpose)
    ? becauseOf(segment, view, definition, at)
    : { [`consent.${segment.purpose}`]: view.gate.state(segment.purpose) }
