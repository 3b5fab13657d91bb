import type { ConsentState, JsonValue, Party, Scalar, TraitKind } from '#runtime/event/event.ts'
import {
  type DefinitionVersion,
  type EpochMs,
  epochMs,
  type FeatureId,
  type FragmentId,
  type ProfileId,
} from '#runtime/event/ids.ts'
import type { Position } from '#runtime/log/messages.ts'
import type { Pace } from './machines/pace.ts'

/** State of one feature: the shape is its kind's own (see features/), newest event time first. Plain JSON: the codec and the wire need nothing else. */
export type FeatureState = readonly JsonValue[]

/** One candidate per (source, kind): the newest value that this source gave; ties end at (source, event key). */
export interface TraitCandidate {
  readonly value: Scalar
  readonly source: string
  readonly party: Party
  readonly kind: TraitKind
  readonly at: EpochMs
  readonly eventKey: string
}

/** Newest declaration of a purpose (a tie denies) and the newest basis that a source stated for it. */
export interface ConsentDeclarations {
  readonly declared: { readonly state: Exclude<ConsentState, 'basis'>; readonly at: EpochMs } | null
  readonly basisAt: EpochMs | null
}

export interface Seen {
  firstAt: EpochMs
  lastAt: EpochMs
  newestReceivedAt: EpochMs
  events: number
}

/** What a fragment knows: an algebra, so that a profile is the sum of its members. `seen === null`: empty, no member. */
export interface FragmentContent {
  readonly features: Map<FeatureId, FeatureState>
  readonly traits: Map<string, readonly TraitCandidate[]>
  readonly consent: Map<string, ConsentDeclarations>
  seen: Seen | null
}

export interface Fragment {
  /** Its birth id until the linker says otherwise. */
  assigned: ProfileId
  readonly content: FragmentContent
  /** Received at or before this time: gone for good. -1: never erased. */
  erasedAt: EpochMs
  /** Received at or before this time: of a life that came to its end in silence, and counts no more. -1: none ended so. */
  expiredAt: EpochMs
  /** How fast its events come: what tells machines by their behaviour. null: nothing to remember. */
  pace: Pace | null
}

export interface Membership {
  readonly member: boolean
  /** Log time of the last entry; null when never a member. */
  readonly enteredAt: EpochMs | null
  readonly exitedAt: EpochMs | null
  readonly ruleHash: string
  readonly definition: DefinitionVersion
  /** Values of what the rule reads, when the membership last changed. */
  readonly because: Readonly<Record<string, JsonValue>>
}

export interface Profile {
  /** Other members' states; its own fragment (birth id = this profile) is read from the home's fragment while assigned here. */
  readonly members: Map<FragmentId, FragmentContent>
  /** The fragment whose birth id this is, once this partition has seen it. */
  own: FragmentId | null
  segments: ReadonlyMap<string, Membership>
  /** When this profile must be looked at again though nothing happens; null: never. */
  timer: EpochMs | null
  /** True once a row was written, so that an emptied profile gets its deleted row exactly once more. */
  shown: boolean
  /** When the linker was last asked to let it expire; null: never. Asked in vain, it is asked again after as long a silence. */
  askedAt: EpochMs | null
  /** Members have expired since it was last decided: what is left is decided anew, once all that go have gone. */
  thinned: boolean
}

export const newProfile = (): Profile => ({
  members: new Map(),
  own: null,
  segments: new Map(),
  timer: null,
  shown: false,
  askedAt: null,
  thinned: false,
})

/** A walk over all profiles in id order, a slice per message, started by a Define. */
export interface Cursor {
  readonly version: DefinitionVersion
  /** Last profile done; null: none yet. */
  readonly after: ProfileId | null
  /** `expiry`: only sets when silent profiles expire, which a generation that is built leaves open. Left out: decides all anew. */
  readonly only?: 'expiry'
}

/** Counters that are part of the fold, hence exact under crashes and replays. */
export interface FoldCounters {
  applied: number
  duplicates: number
  suppressed: number
  unattributed: number
  rejected: number
  timersFired: number
  membersReceived: number
  linksSent: number
  /** Words of the linker that came to their home, those that change nothing included: what it has sent, less these, is under way. */
  assignmentsReceived: number
  /** Values that a feature could not take (not finite, too large, too long): the event counts, the value does not. */
  valuesRefused: number
  /** Events that the home itself found to be a machine's, by reason. */
  machineClickBurst: number
  machineClickOnDelivery: number
  machineRate: number
  /** Profiles that the linker was asked to let expire, and fragments that did. */
  expiriesAsked: number
  expired: number
}

export interface PartitionMeta {
  /** False while this generation is built beside the one that serves: nothing is said to the public, and the feeder's time is the clock. */
  live: boolean
  readonly marks: Map<string, Position>
  definition: DefinitionVersion | null
  clock: EpochMs
  cursor: Cursor | null
  readonly counters: FoldCounters
  /**
   * Log times before which event ids and sent links count as forgotten. They only grow, also when a definition widens a window,
   * so that what is still remembered never depends on when old rows are physically removed.
   */
  eventsForgottenBefore: EpochMs
  linksForgottenBefore: EpochMs
  /** Offset of the next frame to read. */
  nextOffset: number
  /** Index of the next message in that frame: a flush may end inside a frame whose effects would be too large for one. */
  nextIndex: number
}

export const newCounters = (): FoldCounters => ({
  applied: 0,
  duplicates: 0,
  suppressed: 0,
  unattributed: 0,
  rejected: 0,
  timersFired: 0,
  membersReceived: 0,
  linksSent: 0,
  assignmentsReceived: 0,
  valuesRefused: 0,
  machineClickBurst: 0,
  machineClickOnDelivery: 0,
  machineRate: 0,
  expiriesAsked: 0,
  expired: 0,
})

/** The first generation of all serves from the start; each later one is told when it does. */
export const isLiveFromStart = (generation: number): boolean => generation === 0

export function newPartitionMeta(generation = 0): PartitionMeta {
  return {
    live: isLiveFromStart(generation),
    marks: new Map(),
    definition: null,
    clock: epochMs(0),
    cursor: null,
    counters: newCounters(),
    eventsForgottenBefore: epochMs(0),
    linksForgottenBefore: epochMs(0),
    nextOffset: 0,
    nextIndex: 0,
  }
}

/**
 * State of one partition as the fold sees it: synchronous, transactional (all changes since the last commit are one flush).
 * Two implementations under one contract suite: memory and LMDB. Objects returned are live; call the `put` of what you changed.
 */
export interface PartitionState {
  readonly meta: PartitionMeta
  fragment(id: FragmentId): Fragment | undefined
  putFragment(id: FragmentId, fragment: Fragment): void
  profile(id: ProfileId): Profile | undefined
  putProfile(id: ProfileId, profile: Profile): void
  deleteProfile(id: ProfileId): void
  /** Profiles in id order, from after `after` (exclusive), at most `limit`: the cursor's slice. Sees uncommitted changes. */
  profilesAfter(after: ProfileId | null, limit: number): readonly ProfileId[]
  /** Time at which an event id was remembered for a fragment (or for `unattributed`), or undefined. */
  rememberedEvent(scope: FragmentId | 'unattributed', key: string): EpochMs | undefined
  rememberEvent(scope: FragmentId | 'unattributed', key: string, at: EpochMs): void
  rememberedLink(fragment: FragmentId, setHash: string): EpochMs | undefined
  rememberLink(fragment: FragmentId, setHash: string, at: EpochMs): void
  /** Forgets the ids and links of one fragment (erasure). */
  forget(fragment: FragmentId): void
  /** Somebody's content was taken away on purpose, or has moved: a store must not keep bytes of it for ever. No answer depends on it. */
  leaveResidue(): void
  /** Removes at most about `limit` remembered ids and links that `meta` counts as forgotten. No answer depends on it. */
  expireMemory(limit: number): void
  /** The earliest timer in (due, profile) order, or undefined. Kept in step by putProfile/deleteProfile. */
  nextTimer(): { readonly due: EpochMs; readonly profile: ProfileId } | undefined
}
