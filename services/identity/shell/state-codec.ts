import { Packr } from 'msgpackr'
import type { ValueCodec } from '#runtime/state/index.ts'
import { isLiveFromStart, type LinkerMeta } from '../core/state.ts'
import type { Place } from './evidence-book.ts'

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

/** Rows that are bytes already. */
export const bytesCodec: ValueCodec<Uint8Array> = {
  encode: (bytes) => bytes,
  decode: (bytes) => bytes,
}

export const numberCodec: ValueCodec<number> = packed<number, readonly [number]>(
  (value) => [value],
  ([value]) => value,
)

export const placeCodec: ValueCodec<Place> = packed<Place, readonly [number]>(
  ({ offset }) => [offset],
  ([offset]) => ({ offset }),
)
