import type { EpochMs, FragmentId, Offset } from '#runtime/event/ids.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import { readWhole } from '#runtime/kafka/read-whole.ts'
import { type DataKeyId, type DataKeyRecord, keyChange } from '#runtime/keys/data-keys/index.ts'

export interface FoundKey extends DataKeyRecord {
  readonly madeAt: EpochMs
  /** Of its last record. */
  readonly offset: Offset
}

export interface FoundKeys {
  /** By id. */
  readonly keys: ReadonlyMap<DataKeyId, FoundKey>
  /** How many records destroyed a key: compaction has not come to them yet. */
  readonly destroyed: number
}

/** The data keys that `privacy.keys` has now, of these fragments or of all. */
export async function readDataKeys(
  reader: PartitionReader,
  topic: string,
  fragments: { has(fragment: FragmentId): boolean } | null = null,
): Promise<FoundKeys> {
  const keys = new Map<DataKeyId, FoundKey>()
  let destroyed = 0
  for await (const record of readWhole(reader, topic)) {
    const change = keyChange(record)
    const fragment = change.change === 'made' ? change.record.fragment : change.fragment
    if (fragments !== null && !fragments.has(fragment)) continue
    if (change.change === 'made')
      keys.set(change.record.id, { ...change.record, offset: record.offset })
    else {
      destroyed += 1
      keys.delete(change.id)
    }
  }
  return { keys, destroyed }
}
