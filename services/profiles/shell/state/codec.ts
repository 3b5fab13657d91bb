/* oxlint-disable typescript/no-unsafe-type-assertion -- the store holds what this very code wrote; foldVersion is checked at open */
import type { ConsentState } from '#runtime/event/event.ts'
import {
  type DefinitionVersion,
  type EpochMs,
  epochMs,
  type FeatureId,
  type FragmentId,
  type ProfileId,
} from '#runtime/event/ids.ts'
import type { ValueCodec } from '#runtime/state/index.ts'
import type { Pace } from '../../core/machines/pace.ts'
import { isLiveFromStart, newCounters } from '../../core/state.ts'
import type {
  ConsentDeclarations,
  FeatureState,
  Fragment,
  FragmentContent,
  Membership,
  PartitionMeta,
  Profile,
  TraitCandidate,
} from '../../core/state.ts'
import type { Names } from './names.ts'
import { packFragment, packProfile } from './pack.ts'
import { packr, uuidOf } from './write-message-pack.ts'

type Entries<K, V> = readonly (readonly [K, V])[]
/** Its number; in older rows, and when numbers have run out, the name. */
type PackedName<N extends string = string> = N | number

/** A list; older rows have the object itself, whose names were a tenth of a state. */
type PackedDeclarations =
  | ConsentDeclarations
  | readonly [
      basisAt: ConsentDeclarations['basisAt'],
      state?: PackedName<Exclude<ConsentState, 'basis'>>,
      at?: EpochMs,
    ]
/** A list; in older rows the object itself. */
type PackedMembership =
  | Membership
  | readonly [
      member: boolean,
      enteredAt: EpochMs | null,
      exitedAt: EpochMs | null,
      ruleHash: PackedName,
      definition: DefinitionVersion,
      because: Membership['because'],
    ]
type PackedContent = readonly [
  features: Entries<PackedName<FeatureId>, FeatureState>,
  traits: Entries<PackedName, readonly TraitCandidate[]>,
  consent: Entries<PackedName, PackedDeclarations>,
  seen: readonly [EpochMs, EpochMs, EpochMs, number] | null,
]

const isList = <T>(form: T): form is Extract<T, readonly unknown[]> => Array.isArray(form)

const nameOf = <N extends string>(form: PackedName<N>, names: Names): N =>
  typeof form === 'number' ? (names.nameOf(form) as N) : form

function unpackDeclarations(form: PackedDeclarations, names: Names): ConsentDeclarations {
  if (!isList(form)) return form
  const [basisAt, state, at] = form
  if (state === undefined || at === undefined) return { declared: null, basisAt }
  return { declared: { state: nameOf(state, names), at }, basisAt }
}

function unpackMembership(form: PackedMembership, names: Names): Membership {
  if (!isList(form)) return form
  const [member, enteredAt, exitedAt, ruleHash, definition, because] = form
  return { member, enteredAt, exitedAt, ruleHash: nameOf(ruleHash, names), definition, because }
}

function mapOf<N extends string, P, V>(
  entries: Entries<PackedName<N>, P>,
  names: Names,
  unpack: (form: P, names: Names) => V,
): Map<N, V> {
  const map = new Map<N, V>()
  for (const [name, form] of entries) map.set(nameOf(name, names), unpack(form, names))
  return map
}

const asIs = <V>(form: V): V => form

function unpackContent(
  [features, traits, consent, seen]: PackedContent,
  names: Names,
): FragmentContent {
  return {
    features: mapOf(features, names, asIs),
    traits: mapOf(traits, names, asIs),
    consent: mapOf(consent, names, unpackDeclarations),
    seen:
      seen === null
        ? null
        : { firstAt: seen[0], lastAt: seen[1], newestReceivedAt: seen[2], events: seen[3] },
  }
}

/** A codec over a packed form; what the store holds was written by this very code (foldVersion is checked at open). */
const packed = <V, P>(pack: (value: V) => P, unpack: (form: P) => V): ValueCodec<V> => ({
  encode: (value) => packr.pack(pack(value)),
  decode: (bytes) => unpack(packr.unpack(bytes) as P),
})

type PackedPace = readonly [
  clicks: Pace['clicks'],
  delivery: Pace['delivery'],
  windows: Pace['windows'],
]

/** Its bytes; in older rows its text. */
type PackedProfileId = Uint8Array | ProfileId

/** Most fragments of most channels have no pace: then there is no such place. */
type PackedFragment =
  | readonly [PackedProfileId, EpochMs, PackedContent]
  | readonly [PackedProfileId, EpochMs, PackedContent, PackedPace | null]
  | readonly [PackedProfileId, EpochMs, PackedContent, PackedPace | null, EpochMs]

/** Of the store whose names these are. */
export const fragmentCodec = (names: Names): ValueCodec<Fragment> => ({
  encode: (fragment) => packFragment(fragment, names),
  decode(bytes) {
    const [assigned, erasedAt, content, pace = null, expiredAt] = packr.unpack(
      bytes,
    ) as PackedFragment
    return {
      assigned: typeof assigned === 'string' ? assigned : (uuidOf(assigned) as ProfileId),
      erasedAt,
      expiredAt: expiredAt ?? epochMs(-1),
      content: unpackContent(content, names),
      pace: pace === null ? null : { clicks: pace[0], delivery: pace[1], windows: pace[2] },
    }
  },
})

type PackedProfile = readonly [
  members: Entries<FragmentId, PackedContent>,
  own: FragmentId | null,
  segments: Entries<PackedName, PackedMembership>,
  timer: EpochMs | null,
  shown: boolean,
  askedAt: EpochMs | null,
  thinned: boolean,
]

/** Of the store whose names these are. */
export const profileCodec = (names: Names): ValueCodec<Profile> => ({
  encode: (profile) => packProfile(profile, names),
  decode(bytes) {
    const [members, own, segments, timer, shown, askedAt, thinned] = packr.unpack(
      bytes,
    ) as PackedProfile
    return {
      members: new Map(members.map(([id, content]) => [id, unpackContent(content, names)])),
      own,
      segments: mapOf(segments, names, unpackMembership),
      timer,
      shown,
      askedAt,
      thinned,
    }
  },
})

type PackedMeta = Omit<PartitionMeta, 'marks' | 'live'> & {
  readonly live?: boolean
  readonly marks: Entries<string, readonly [number, number, number]>
}

export const metaCodec = (generation: number): ValueCodec<PartitionMeta> =>
  packed<PartitionMeta, PackedMeta>(
    (meta) => ({ ...meta, marks: [...meta.marks] }),
    // What the writer did not know yet: counters begin at nothing, and only the first generation served.
    (form) => ({
      ...form,
      live: form.live ?? isLiveFromStart(generation),
      marks: new Map(form.marks),
      counters: { ...newCounters(), ...form.counters },
    }),
  )

export const jsonCodec = <V>(): ValueCodec<V> =>
  packed<V, V>(
    (value) => value,
    (value) => value,
  )

let lastTime = Number.NaN
let lastTimeBytes = Buffer.alloc(0)
/** A time, as eight bytes: the same ones for times in a row that are equal, as all of a frame are. */
export const timeCodec: ValueCodec<EpochMs> = {
  encode(at) {
    if (at === lastTime) return lastTimeBytes
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeDoubleBE(at)
    lastTime = at
    lastTimeBytes = bytes
    return bytes
  },
  decode: (bytes) =>
    new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(0) as EpochMs,
}

const nothing = new Uint8Array(0)
/** For stores whose keys say everything. */
export const emptyCodec: ValueCodec<null> = { encode: () => nothing, decode: () => null }

/** For values that their writer encodes itself. */
export const bytesCodec: ValueCodec<Uint8Array> = {
  encode: (bytes) => bytes,
  decode: (bytes) => bytes,
}
