import type { IdentifierScreen } from '#runtime/channel/core/identifiers/screen.ts'
import type { IdentityPolicy } from '#runtime/definition/identity-policy.ts'
import type { EpochMs, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { Decision } from '../../identity/core/effects.ts'
import { createLinker } from '../../identity/core/linker.ts'
import { createMemoryState } from '../../identity/core/memory-state.ts'
import type { OfflineEvent } from './offline-event.ts'
import { type Arrived, createOfflineHome } from './offline-home.ts'
import type {
  SimulatedDecision,
  SimulatedEvent,
  SimulatedIdentifier,
  SimulatedProfile,
  Simulation,
} from './simulation.ts'

interface Known extends SimulatedIdentifier {
  readonly born: EpochMs
}

interface EventThen {
  readonly id: string
  readonly fragment: FragmentId | null
  readonly profileThen: ProfileId | null
  readonly duplicate: boolean
}

/**
 * What the linker makes of events in arrival order, with the production functions: each event's evidence is decided before the next
 * event arrives. Values are in clear, as they were normalised.
 */
export async function simulate(
  events: AsyncIterable<OfflineEvent>,
  policy: IdentityPolicy,
  screen: IdentifierScreen,
): Promise<Simulation> {
  const home = createOfflineHome(policy, screen)
  const state = createMemoryState()
  const linker = createLinker({ state, policies: () => policy, birthProfileId })
  const known = new Map<FragmentId, Known>()
  const shown = new Set<ProfileId>()
  const seen: EventThen[] = []
  const decisions: Decision[] = []
  const profileOf = (id: FragmentId): ProfileId => birthProfileId(state.node(id)?.component ?? id)

  for await (const event of events) {
    const arrived = home.arrive(event)
    learn(known, arrived)
    if (arrived.link)
      for (const effect of linker.fold({
        offset: state.meta.nextOffset,
        key: arrived.link.linkId,
        record: arrived.link,
      })) {
        if (effect.kind === 'decision') decisions.push(effect.decision)
        if (effect.kind === 'assign') shown.add(effect.profile)
      }
    const { fragment, duplicate } = arrived
    const profileThen = fragment === null ? null : profileOf(fragment)
    if (profileThen !== null) shown.add(profileThen)
    seen.push({ id: event.id, fragment, profileThen, duplicate })
  }

  const inClear = (id: FragmentId): SimulatedIdentifier => {
    const { type, value } = known.get(id) ?? { type: id, value: id }
    return { type, value }
  }
  return {
    profiles: presentProfiles(known, profileOf, shown, inClear),
    events: seen.map((event) => presentEvent(event, profileOf, inClear)),
    decisions: decisions.map((decision) => presentDecision(decision, inClear)),
  }
}

/** Blocked values are remembered for print only: they are in no profile. */
function learn(known: Map<FragmentId, Known>, { identifiers, logTime }: Arrived): void {
  for (const { id, type, value, blocked } of identifiers)
    if (!known.has(id)) known.set(id, { type, value, born: logTime, ...(blocked && { blocked }) })
}

function presentProfiles(
  known: ReadonlyMap<FragmentId, Known & { readonly blocked?: string }>,
  profileOf: (id: FragmentId) => ProfileId,
  shown: ReadonlySet<ProfileId>,
  inClear: (id: FragmentId) => SimulatedIdentifier,
): readonly SimulatedProfile[] {
  const members = new Map<ProfileId, FragmentId[]>()
  for (const [id, { blocked }] of known) {
    if (blocked !== undefined) continue
    const profile = profileOf(id)
    const others = members.get(profile)
    if (others) others.push(id)
    else members.set(profile, [id])
  }
  return [...members].map(([profile, ids]) => ({
    profile_id: profile,
    identifiers: ids.map(inClear),
    born: toIso(Math.min(...ids.map((id) => known.get(id)?.born ?? 0))),
    aliases: ids.map(birthProfileId).filter((id) => id !== profile && shown.has(id)),
  }))
}

const presentEvent = (
  { id, fragment, profileThen, duplicate }: EventThen,
  profileOf: (id: FragmentId) => ProfileId,
  inClear: (id: FragmentId) => SimulatedIdentifier,
): SimulatedEvent => ({
  id,
  fragment: fragment === null ? null : inClear(fragment),
  profile_id_then: profileThen,
  profile_id: fragment === null ? null : profileOf(fragment),
  duplicate,
})

const presentDecision = (
  decision: Decision,
  inClear: (id: FragmentId) => SimulatedIdentifier,
): SimulatedDecision => ({
  id: decision.id,
  at: toIso(decision.at),
  rule: decision.rule,
  outcome: decision.outcome,
  source: decision.source,
  evidence: decision.evidence,
  identifiers: decision.identifiers.map(inClear),
  demoted: decision.demoted.map(inClear),
  before: decision.before,
  after: decision.after,
})
