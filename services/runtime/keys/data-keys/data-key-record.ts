import { type EpochMs, epochMs, type FragmentId } from '../../event/ids.ts'
import type { KafkaRecord, OutgoingRecord } from '../../kafka/ports.ts'
import { type VersionedCodec, versionedCodec } from '../../log/versioned.ts'
import type { MasterKeyId } from './master-keys.ts'
import type { DataKeyId } from './sealed-text.ts'

/** One record of `privacy.keys`: a data key as its master key wrapped it. The record's key is `<fragment>/<id>`. */
export interface DataKeyRecord {
  readonly fragment: FragmentId
  readonly id: DataKeyId
  readonly master: MasterKeyId
  readonly wrapped: Uint8Array
  /** When the key was made, of one that was wrapped anew; null: when the broker took the record. */
  readonly madeAt: EpochMs | null
}

/** A key that was made, or destroyed. */
export type KeyChange =
  | { readonly change: 'made'; readonly record: DataKeyRecord & { readonly madeAt: EpochMs } }
  | { readonly change: 'destroyed'; readonly fragment: FragmentId; readonly id: DataKeyId }

interface Wire {
  readonly master: string
  readonly wrapped: Buffer
  readonly madeAt: number | null
}

type Content = Pick<DataKeyRecord, 'master' | 'wrapped' | 'madeAt'>

const codec: VersionedCodec<Content> = versionedCodec<Wire, Content>('internal/data-key', 1, {
  toWire: ({ master, wrapped, madeAt }) => ({ master, wrapped: Buffer.from(wrapped), madeAt }),
  fromWire: ({ master, wrapped, madeAt }) => ({
    master,
    wrapped,
    madeAt: madeAt === null ? null : epochMs(madeAt),
  }),
})

/** What a master key authenticates with a data key. */
export const aboutKey = (fragment: FragmentId, id: DataKeyId): string => `${fragment}/${id}`

export const keyRecord = (record: DataKeyRecord): OutgoingRecord => ({
  key: Buffer.from(aboutKey(record.fragment, record.id)),
  value: codec.encode(record),
  partition: 0,
})

/** What takes a key away for good: compaction removes both. */
export const keyTombstone = (fragment: FragmentId, id: DataKeyId): OutgoingRecord => ({
  key: Buffer.from(aboutKey(fragment, id)),
  value: null,
  partition: 0,
})

/** @throws TributaryError TRB_FRAME_INVALID. */
export function keyChange({ key, timestamp, value }: KafkaRecord): KeyChange {
  const name = key === null ? '' : Buffer.from(key).toString('utf8')
  const at = name.lastIndexOf('/')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the two parts that `aboutKey` has joined
  const named = { fragment: name.slice(0, at) as FragmentId, id: name.slice(at + 1) as DataKeyId }
  if (value === null) return { change: 'destroyed', ...named }
  const content = codec.decode(value)
  return { change: 'made', record: { ...named, ...content, madeAt: content.madeAt ?? timestamp } }
}
