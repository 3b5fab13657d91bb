import { type EpochMs, type FragmentId, type ProfileId } from '#runtime/event/ids.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import { readWhole } from '#runtime/kafka/read-whole.ts'
import { decodeSuppression } from '#runtime/log/suppression.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'

/** An identifier that was erased, as its home said it. */
export interface Erasure {
  readonly fragment: FragmentId
  /** The profile id that it was born with. */
  readonly profile: ProfileId
  /** What was received at or before it belongs to the life that was erased. */
  readonly erasedAt: EpochMs
  /** Broker time of the home's word: whatever the home had told others of that life lies before it. */
  readonly settledAt: EpochMs
  /** `links/<offset of the command>` */
  readonly commandId: string
}

/** The last erasure of each identifier, from `identity.suppressions`. */
export async function readErasures(
  reader: PartitionReader,
  topic: string,
): Promise<ReadonlyMap<FragmentId, Erasure>> {
  const found = new Map<FragmentId, Erasure>()
  for await (const { timestamp, value } of readWhole(reader, topic)) {
    if (value === null) continue
    const { fragment, erasedAt, commandId } = decodeSuppression(value)
    const known = found.get(fragment)
    if (known !== undefined && known.erasedAt > erasedAt) continue
    const profile = birthProfileId(fragment)
    found.set(fragment, { fragment, profile, erasedAt, settledAt: timestamp, commandId })
  }
  return found
}
