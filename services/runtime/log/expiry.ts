import { type EpochMs, epochMs, type FragmentId } from '../event/ids.ts'
import { type VersionedCodec, versionedCodec } from './versioned.ts'

/** One record of identity.expiries; its key is the fragment. */
export interface ExpiryRecord {
  readonly fragment: FragmentId
  /** What was received at or before it belongs to a life that ended in silence. */
  readonly expiredAt: EpochMs
}

const codec: VersionedCodec<ExpiryRecord> = versionedCodec<ExpiryRecord, ExpiryRecord>(
  'internal/expiry',
  1,
  {
    toWire: (record) => record,
    fromWire: ({ fragment, expiredAt }) => ({ fragment, expiredAt: epochMs(expiredAt) }),
  },
)

export const encodeExpiry = (record: ExpiryRecord): Uint8Array => codec.encode(record)
/** @throws TributaryError TRB_FRAME_INVALID. */
export const decodeExpiry = (bytes: Uint8Array): ExpiryRecord => codec.decode(bytes)
