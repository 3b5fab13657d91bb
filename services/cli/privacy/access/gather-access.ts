import { definitionIfDeployed } from '#runtime/definition/deploy/in-force.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { topicName } from '#schemas/topics.ts'
import { explain } from '../../identity/explain/explain.ts'
import type { OpenIdentity } from '../../identity/open-identity.ts'
import { differences, storedProfiles } from '../../identity/refold/compare-stored.ts'
import { loadEvidence } from '../../identity/refold/load.ts'
import type { NamedFragment } from '../../identity/resolve-who.ts'
import type { ProfileView } from '../../profile/profile-view.ts'
import { profileOfFragment, readProfile } from '../../profile/read-profile.ts'
import type { AccessView, HeldEvents, HeldIdentity, HeldLetters } from './access-view.ts'
import { heldConsent, heldFeatures, heldSegments, heldTraits } from './held-values.ts'
import { identityInWords } from './in-words.ts'
import { type Meanings, meaningsOf, noMeanings } from './meanings.ts'
import { heldIdentifier } from './named.ts'
import type { KeptValues } from './open-kept.ts'
import { notHeld } from './not-held.ts'
import { readNamedInOthers } from './read-joint.ts'
import { readHeldEvents } from './read-events.ts'
import {
  readDeclarations,
  readProfileHistory,
  readTraitEvents,
  readTransitions,
} from './read-past.ts'
import { readExpiries, readSuppressions } from './read-ends.ts'

export interface AccessWanted {
  readonly named: NamedFragment
  /** null: now. */
  readonly at: Date | null
  readonly madeAt: Date
  readonly events: { readonly limit: number; readonly skip: number }
  readonly linksMax: number
  /** Dead letters that hold one of these identifiers. */
  readonly letters: (fragments: ReadonlySet<FragmentId>) => Promise<HeldLetters>
  readonly progress: (done: number, of: number) => void
  /** Opens what the pipeline file keeps. */
  readonly kept: (fragments: readonly FragmentId[]) => Promise<KeptValues>
}

/** Collects everything that is held about one person, from the tables and topics that hold it. */
export async function gatherAccess(
  identity: OpenIdentity,
  wanted: AccessWanted,
): Promise<AccessView> {
  const { clickhouse, reader } = identity.sources
  const { at, events, named, progress } = wanted
  const profile = await profileNow(identity, named.fragment, at)
  const fragments = fragmentsOf(profile, named.fragment)
  const profiles = fragments.map((fragment) => birthProfileId(fragment))
  const meanings = await meaningsInForce(identity)
  const features = profile === null ? [] : heldFeatures(profile, meanings)
  const letters = await wanted.letters(new Set(fragments))
  const kept = await wanted.kept(fragments)
  const whose = { fragments, profiles, at }
  const history = await readTransitions(clickhouse, whose)
  const listed = await held(identity, fragments, at, events, progress)
  return {
    format: 1,
    made_at: wanted.madeAt.toISOString(),
    as_of: at?.toISOString() ?? null,
    asked: heldIdentifier(named.fragment),
    profile: profile && heldProfile(profile),
    identifiers: profile === null ? [] : fragments.map(heldIdentifier),
    traits:
      profile === null
        ? []
        : heldTraits(
            profile,
            meanings,
            await readTraitEvents(clickhouse, fragments, profile.traits),
          ).map(kept.trait),
    features,
    segments: profile === null ? [] : heldSegments(profile, meanings, history),
    segment_history: history,
    consent: profile === null ? [] : heldConsent(profile, meanings),
    consent_history: await readDeclarations(clickhouse, fragments, at),
    identity: await heldIdentity(identity, named, wanted.linksMax),
    events: { ...listed, list: listed.list.map(kept.event) },
    profile_history: await readProfileHistory(clickhouse, profiles, at),
    named_in_others: await readNamedInOthers(clickhouse, whose),
    dead_letters: letters,
    suppressions: await readSuppressions(
      reader,
      topicName(identity.prefix, 'identity.suppressions'),
      new Set(fragments),
    ),
    expiries: await readExpiries(
      reader,
      topicName(identity.prefix, 'identity.expiries'),
      new Set(fragments),
    ),
    not_held: notHeld(letters, features),
  }
}

/** Whether anything of the person was found. */
export const isAnythingHeld = ({ profile, events, dead_letters: letters }: AccessView): boolean =>
  profile !== null || events.total > 0 || letters.list.length > 0

async function profileNow(
  { sources: { clickhouse } }: OpenIdentity,
  fragment: FragmentId,
  at: Date | null,
): Promise<ProfileView | null> {
  const id = await profileOfFragment(clickhouse, fragment, at)
  return id === null ? null : readProfile(clickhouse, id, at)
}

/** Names of the person's identifiers, the one that was asked for among them. */
function fragmentsOf(profile: ProfileView | null, asked: FragmentId): readonly FragmentId[] {
  const names = (profile?.identifiers ?? []).map(({ type, pseudonym }) => `${type}:${pseudonym}`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parts of a fragment's name, joined again
  return [...new Set([...names, asked])] as FragmentId[]
}

async function held(
  { sources: { clickhouse } }: OpenIdentity,
  fragments: readonly FragmentId[],
  at: Date | null,
  page: AccessWanted['events'],
  progress: AccessWanted['progress'],
): Promise<HeldEvents> {
  return readHeldEvents(clickhouse, { fragments, at, ...page }, progress)
}

async function meaningsInForce({ sources }: OpenIdentity): Promise<Meanings> {
  const { reader, definitionsTopic, generation } = sources
  const compiled = await definitionIfDeployed(reader, definitionsTopic, generation)
  return compiled === null ? noMeanings : meaningsOf(compiled.definition)
}

const heldProfile = (profile: ProfileView): NonNullable<AccessView['profile']> => ({
  profile_id: profile.profile_id,
  aliases: profile.aliases,
  first_seen: profile.first_seen,
  last_seen: profile.last_seen,
  events: Number(profile.events),
  updated_at: profile.updated_at,
})

/** As the linker would decide it now, from all evidence that hangs together with the person. */
async function heldIdentity(
  { sources, inForce }: OpenIdentity,
  named: NamedFragment,
  linksMax: number,
): Promise<HeldIdentity> {
  const loaded = await loadEvidence(sources, inForce, [named.fragment], linksMax)
  const view = await explain({
    asked: [{ ...named, isKnown: true }],
    ...loaded,
    differing: async (refolded, members) =>
      differences(refolded, members, await storedProfiles(sources.clickhouse, members)),
  })
  return {
    in_words: loaded.closure.records.length === 0 ? [] : identityInWords(view.profiles),
    profiles: view.profiles,
    decisions: view.history.map(({ at, outcome, rule, source, id }) => ({
      at,
      outcome,
      rule,
      source,
      decision_id: id,
    })),
    complete: view.evidence.complete,
  }
}
