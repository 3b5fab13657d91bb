import { Packr } from 'msgpackr'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { ValueCodec } from '#runtime/state/index.ts'
import {
  type Component,
  type Evidence,
  isLiveFromStart,
  type LinkerMeta,
  type LinkerNode,
  newNode,
} from '../core/state.ts'
import type { KeptEvidence, Place } from './evidence-book.ts'
import type { Identifier, References } from './identifiers.ts'

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

type PackedIdentifier = readonly [
  component: LinkerNode['component'] | null,
  first: number,
  seenAt: LinkerNode['seenAt'],
  excluded: LinkerNode['excluded'],
  erasedAt: LinkerNode['erasedAt'],
  seenWith: LinkerNode['seenWith'],
  met: LinkerNode['met'],
  bars: LinkerNode['bars'],
  profile: PackedComponent | null,
  more: number,
  joins: References,
  named: References,
]

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- stands for no identifier, and is not written
const noNode = newNode('' as FragmentId, -1, epochMs(0))

const packComponent = ({ members, counts, bars }: Component): PackedComponent => [
  members,
  counts,
  bars,
]
const unpackComponent = ([members, counts, bars]: PackedComponent): Component => ({
  members,
  counts,
  bars,
})

export const identifierCodec = packed<Identifier, PackedIdentifier>(
  ({ node, component: profile, joins, named, more }) => {
    const n = node ?? noNode
    return [
      node === null ? null : n.component,
      n.first,
      n.seenAt,
      n.excluded,
      n.erasedAt,
      n.seenWith,
      n.met,
      n.bars,
      profile === null ? null : packComponent(profile),
      more,
      joins,
      named,
    ]
  },
  ([
    component,
    first,
    seenAt,
    excluded,
    erasedAt,
    seenWith,
    met,
    bars,
    profile,
    more,
    joins,
    named,
  ]) => ({
    node:
      component === null
        ? null
        : { component, first, seenAt, excluded, erasedAt, seenWith, met, bars },
    component: profile === null ? null : unpackComponent(profile),
    joins,
    named,
    more,
  }),
)

type PackedComponent = readonly [Component['members'], Component['counts'], Component['bars']]

export const componentCodec = packed<Component, PackedComponent>(packComponent, unpackComponent)

type PackedEvidence = readonly [
  linkId: string,
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

export const evidenceCodec = packed<KeptEvidence, PackedEvidence>(
  ({ linkId, said: e }) => [
    linkId,
    e.ids,
    e.others,
    e.eventId,
    e.source,
    e.offset,
    e.receivedAt,
    e.seenAt,
    e.kind,
    e.keys,
  ],
  ([linkId, ids, others, eventId, source, offset, receivedAt, seenAt, kind, keys]) => ({
    linkId,
    said: { ids, others, eventId, source, offset, receivedAt, seenAt, kind, keys },
  }),
)

export const numberCodec: ValueCodec<number> = packed<number, readonly [number]>(
  (value) => [value],
  ([value]) => value,
)

export const placeCodec: ValueCodec<Place> = packed<Place, readonly [number]>(
  ({ offset }) => [offset],
  ([offset]) => ({ offset }),
)
