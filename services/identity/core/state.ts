import {
  type DefinitionVersion,
  type EpochMs,
  epochMs,
  type FragmentId,
} from '#runtime/event/ids.ts'
import type { CommandRecord } from '#runtime/log/links.ts'
import { noSizes, type ProfileSizes } from './profile-sizes.ts'

/**
 * `0<split>`: this identifier was split off, `1<split>`: it was in the rest. Two components are barred from each other exactly when
 * they hold opposite sides of one split, so that a bar costs one string per identifier and none per pair.
 */
export type Bar = `${'0' | '1'}${string}`

/** One identifier that the log has named. */
export interface LinkerNode {
  /** Representative of its component; itself when it is alone. The profile is the birth id of this. */
  component: FragmentId
  /** Offset of the first record that names it: the older of two equals represents. */
  first: number
  /** Newest log time of a link that names it: what windows count by. */
  seenAt: EpochMs
  /** The rule by which it is no evidence any more; null: it is. */
  excluded: Exclusion | null
  /** Links received by then are dropped. -1: never erased. */
  erasedAt: EpochMs
  /** Devices only: the first value of each unique type that shared an event with it. */
  seenWith: readonly FragmentId[]
  /** Other profiles that its links brought lately, while it spoke for its own: what the automatic block counts. */
  met: readonly Meeting[]
  bars: readonly Bar[]
}

/** A device that more than one person uses, or a value that links more profiles than anybody meets. */
export type Exclusion = 'ambiguous_device' | 'automatic_block'

/** A digest of the representative of a profile, which names nobody, and the newest log time of a link that brought it. */
export type Meeting = [profile: number, at: EpochMs]

/** Two or more identifiers of one person. One alone has no record: its node says all. */
export interface Component {
  readonly members: FragmentId[]
  /** Identifiers per type. */
  readonly counts: Record<string, number>
  /** Distinct bars of the members. */
  bars: readonly Bar[]
}

/** An event, by its type where a policy may give that type authority; or what an operator's command asked for. */
export type EvidenceKind = 'event' | AuthoritativeType | CommandRecord['action']

const authoritativeTypes = ['contact_merged', 'aliased'] as const
export type AuthoritativeType = (typeof authoritativeTypes)[number]

export const isAuthoritativeType = (type: string): type is AuthoritativeType =>
  authoritativeTypes.some((one) => one === type)

/** Said by an operator, which does not grow old. */
export const isCommand = ({ kind }: Pick<Evidence, 'kind'>): boolean =>
  kind !== 'event' && !isAuthoritativeType(kind)

/** What a link or a command said, kept for explanations, splits and erasure. */
export interface Evidence {
  /** What it joins, in order of priority; fewer than two: nothing. */
  ids: FragmentId[]
  /** Named too, but joins nothing: demoted, ambiguous, or said by other evidence already. */
  others: FragmentId[]
  readonly eventId: string
  readonly source: string
  readonly offset: number
  readonly receivedAt: EpochMs
  /** Log time; of evidence that holds for later equal evidence too, that of the newest. */
  seenAt: EpochMs
  readonly kind: EvidenceKind
  /** Keys of the records that carried it: what an erasure writes tombstones for. */
  readonly keys: string[]
}

/** Counted by the fold, hence exact under crashes and replays. */
export interface LinkerCounters {
  links: number
  repeated: number
  suppressed: number
  merges: number
  ambiguous: number
  blocked: number
  /** Values that linked more profiles than the policy allows. */
  automatic: number
  /** Evidence that nothing confirmed within the links' lifetime. */
  expired: number
  /** Joins that a rule forbade. */
  unique: number
  limit: number
  cap: number
  split: number
  commands: number
  assignments: number
}

export interface LinkerMeta {
  /** False while this generation is built beside the one that serves: decisions are not public, and the feeder's time is the clock. */
  live: boolean
  policy: DefinitionVersion | null
  /** Offset of the next record to fold. */
  nextOffset: number
  /** Newest log time: the time of what carries none. */
  clock: EpochMs
  readonly counters: LinkerCounters
  readonly sizes: ProfileSizes
}

/**
 * The linker's state: synchronous, and one flush is one transaction. Two implementations under one contract suite: memory and
 * LMDB. Objects returned are live: change them and `put` them.
 */
export interface LinkerState {
  readonly meta: LinkerMeta
  node(id: FragmentId): LinkerNode | undefined
  putNode(id: FragmentId, node: LinkerNode): void
  component(representative: FragmentId): Component | undefined
  putComponent(representative: FragmentId, component: Component): void
  deleteComponent(representative: FragmentId): void
  /**
   * The evidence of a link or a command. `named`: all that a link names, by whom it is found; left out: it is a command's, or some other answer gave
   * out its id since the last commit.
   */
  evidence(linkId: string, named?: readonly FragmentId[]): Evidence | undefined
  /** Before anything else refers to it. */
  putEvidence(linkId: string, evidence: Evidence): void
  deleteEvidence(linkId: string): void
  /** Whether some evidence joins exactly this set already (see `setKeyOf`). */
  hasSet(set: string): boolean
  /** Id of that evidence. */
  linkOfSet(set: string): string | undefined
  putSet(set: string, linkId: string): void
  deleteSet(set: string): void
  /** Ids of the evidence that names an identifier, in no particular order. `joins`: it is among `ids`; else among `others`. */
  linksOf(id: FragmentId, role: LinkRole): readonly string[]
  /** The same, read as far as they are asked for, before any of them changes. */
  eachLink(id: FragmentId, role: LinkRole): Iterable<string>
  addLink(id: FragmentId, role: LinkRole, linkId: string): void
  removeLink(id: FragmentId, role: LinkRole, linkId: string): void
  /** Somebody was erased: a store must not keep bytes of it for ever. No answer depends on it. */
  leaveResidue(): void
  /** Evidence by the time since when nothing confirmed it, kept while links have a lifetime. */
  addAge(at: EpochMs, linkId: string): void
  removeAge(at: EpochMs, linkId: string): void
  /** Ids of evidence not confirmed since `until`, inclusive: oldest first, equal times by id; `max` at most. */
  agedUntil(until: EpochMs, max: number): readonly string[]
}

export type LinkRole = 'joins' | 'named'

/** Of most identifiers these lists are empty, and there are very many identifiers. */
export const none: readonly never[] = []

export const newNode = (id: FragmentId, first: number, seenAt: EpochMs): LinkerNode => ({
  component: id,
  first,
  seenAt,
  excluded: null,
  erasedAt: epochMs(-1),
  seenWith: none,
  met: none,
  bars: none,
})

/** The first generation of all serves from the start; each later one is told when it does. */
export const isLiveFromStart = (generation: number): boolean => generation === 0

export const newLinkerMeta = (generation = 0): LinkerMeta => ({
  live: isLiveFromStart(generation),
  policy: null,
  nextOffset: 0,
  clock: epochMs(0),
  counters: {
    links: 0,
    repeated: 0,
    suppressed: 0,
    merges: 0,
    ambiguous: 0,
    blocked: 0,
    automatic: 0,
    expired: 0,
    unique: 0,
    limit: 0,
    cap: 0,
    split: 0,
    commands: 0,
    assignments: 0,
  },
  sizes: noSizes(),
})
