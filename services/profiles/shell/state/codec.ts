/* oxlint-disable typescript/no-unsafe-type-assertion -- the store holds what this very code wrote; foldVersion is checked at open */
import { Packr } from 'msgpackr'
import {
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
  Seen,
  TraitCandidate,
} from '../../core/state.ts'

/** Plain MessagePack, without record extensions: the same object gives the same bytes, and any reader can decode them. */
const packr = new Packr({ useRecords: false, moreTypes: false })

type Entries<K, V> = readonly (readonly [K, V])[]
type PackedContent = readonly [
  features: Entries<FeatureId, FeatureState>,
  traits: Entries<string, readonly TraitCandidate[]>,
  consent: Entries<string, ConsentDeclarations>,
  seen: readonly [EpochMs, EpochMs, EpochMs, number] | null,
]

const packSeen = (seen: Seen): readonly [EpochMs, EpochMs, EpochMs, number] => [
  seen.firstAt,
  seen.lastAt,
  seen.newestReceivedAt,
  seen.events,
]

const packContent = (content: FragmentContent): PackedContent => [
  [...content.features],
  [...content.traits],
  [...content.consent],
  content.seen === null ? null : packSeen(content.seen),
]

function unpackContent([features, traits, consent, seen]: PackedContent): FragmentContent {
  return {
    features: new Map(features),
    traits: new Map(traits),
    consent: new Map(consent),
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

/** Most fragments of most channels have no pace: then there is no such place. */
type PackedFragment =
  | readonly [ProfileId, EpochMs, PackedContent]
  | readonly [ProfileId, EpochMs, PackedContent, PackedPace | null]
  | readonly [ProfileId, EpochMs, PackedContent, PackedPace | null, EpochMs]

export const fragmentCodec = packed<Fragment, PackedFragment>(
  ({ assigned, erasedAt, expiredAt, content, pace }) => {
    const form = [assigned, erasedAt, packContent(content)] as const
    if (pace === null && expiredAt < 0) return form
    const packedPace = pace === null ? null : ([pace.clicks, pace.delivery, pace.windows] as const)
    return expiredAt < 0 ? [...form, packedPace] : [...form, packedPace, expiredAt]
  },
  ([assigned, erasedAt, content, pace = null, expiredAt]) => ({
    assigned,
    erasedAt,
    expiredAt: expiredAt ?? epochMs(-1),
    content: unpackContent(content),
    pace: pace === null ? null : { clicks: pace[0], delivery: pace[1], windows: pace[2] },
  }),
)

type PackedProfile = readonly [
  members: Entries<FragmentId, PackedContent>,
  own: FragmentId | null,
  segments: Entries<string, Membership>,
  timer: EpochMs | null,
  shown: boolean,
  askedAt: EpochMs | null,
  thinned: boolean,
]

export const profileCodec = packed<Profile, PackedProfile>(
  ({ members, own, segments, timer, shown, askedAt, thinned }) => [
    [...members].map(([id, content]) => [id, packContent(content)]),
    own,
    [...segments],
    timer,
    shown,
    askedAt,
    thinned,
  ],
  ([members, own, segments, timer, shown, askedAt, thinned]) => ({
    members: new Map(members.map(([id, content]) => [id, unpackContent(content)])),
    own,
    segments: new Map(segments),
    timer,
    shown,
    askedAt,
    thinned,
  }),
)

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

/** A time, as eight bytes. */
export const timeCodec: ValueCodec<EpochMs> = {
  encode(at) {
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeDoubleBE(at)
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
