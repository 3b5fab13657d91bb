import { type EpochMs, epochMs, type FragmentId } from '../event/ids.ts'
import { type VersionedCodec, versionedCodec } from './versioned.ts'

/** One record of identity.suppressions; its key is the fragment. */
export interface SuppressionRecord {
  readonly fragment: FragmentId
  /** What was received at or before it never comes back. */
  readonly erasedAt: EpochMs
  readonly commandId: string
}

const codec: VersionedCodec<SuppressionRecord> = versionedCodec<
  SuppressionRecord,
  SuppressionRecord
>('internal/suppression', 1, {
  toWire: (record) => record,
  fromWire: ({ fragment, erasedAt, commandId }) => ({
    fragment,
    erasedAt: epochMs(erasedAt),
    commandId,
  }),
})

export const encodeSuppression = (record: SuppressionRecord): Uint8Array => codec.encode(record)
/** @throws TributaryError TRB_FRAME_INVALID. */
export const decodeSuppression = (bytes: Uint8Array): SuppressionRecord => codec.decode(bytes)
