import { Packr } from 'msgpackr'
import type { ValueCodec } from '#runtime/state/index.ts'
import {
  type Component,
  type Evidence,
  isLiveFromStart,
  type LinkerMeta,
  type LinkerNode,
} from '../core/state.ts'

/** Plain MessagePack, without record extensions: the same object gives the same bytes, and any reader can decode them. */
const packr = new Packr({ useRecords: false, moreTypes: false })

/** What the store holds was written by this very code (foldVersion is checked at open), so its shape is known. */
const packed = <V, P extends readonly unknown[]>(
  pack: (value: V) => P,
  unpack: (form: P) => V,
): ValueCodec<V> => ({
  encode: (value) => packr.pack(pack(value)),
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `encode`
  decode: (bytes) => unpack(packr.unpack(bytes) as P),
})

export const plainCodec = <V>(): ValueCodec<V> =>
  packed<V, readonly [V]>(
    (value) => [value],
    ([value]) => value,
  )

type StoredMeta = Omit<LinkerMeta, 'live'> & { readonly live?: boolean }

export const metaCodec = (generation: number): ValueCodec<LinkerMeta> =>
  packed<LinkerMeta, readonly [StoredMeta]>(
    (meta) => [meta],
    // Before there were others, only the first generation served.
    ([meta]) => ({ ...meta, live: meta.live ?? isLiveFromStart(generation) }),
  )

type PackedNode = readonly [
  component: LinkerNode['component'],
  first: number,
  seenAt: LinkerNode['seenAt'],
  excluded: LinkerNode['excluded'],
  erasedAt: LinkerNode['erasedAt'],
  seenWith: LinkerNode['seenWith'],
  met: LinkerNode['met'],
  bars: LinkerNode['bars'],
]

export const nodeCodec = packed<LinkerNode, PackedNode>(
  (n) => [n.component, n.first, n.seenAt, n.excluded, n.erasedAt, n.seenWith, n.met, n.bars],
  ([component, first, seenAt, excluded, erasedAt, seenWith, met, bars]) => ({
    component,
    first,
    seenAt,
    excluded,
    erasedAt,
    seenWith,
    met,
    bars,
  }),
)

type PackedComponent = readonly [Component['members'], Component['counts'], Component['bars']]

export const componentCodec = packed<Component, PackedComponent>(
  ({ members, counts, bars }) => [members, counts, bars],
  ([members, counts, bars]) => ({ members, counts, bars }),
)

type PackedEvidence = readonly [
  ids: Evidence['ids'],
  others: Evidence['others'],
  eventId: string,
  source: string,
  offset: number,
  receivedAt: Evidence['receivedAt'],
  seenAt: Evidence['seenAt'],
  kind: Evidence['kind'],
  keys: Evidence['keys'],
]

export const evidenceCodec = packed<Evidence, PackedEvidence>(
  (e) => [e.ids, e.others, e.eventId, e.source, e.offset, e.receivedAt, e.seenAt, e.kind, e.keys],
  ([ids, others, eventId, source, offset, receivedAt, seenAt, kind, keys]) => ({
    ids,
    others,
    eventId,
    source,
    offset,
    receivedAt,
    seenAt,
    kind,
    keys,
  }),
)

const nothing = new Uint8Array(0)
/** For stores whose keys say everything. */
export const emptyCodec: ValueCodec<null> = { encode: () => nothing, decode: () => null }
