import { TributaryError } from '#runtime/errors/index.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import type { OutgoingRecord, PartitionReader, Producer } from '#runtime/kafka/ports.ts'
import { readWhole } from '#runtime/kafka/read-whole.ts'
import { type DataKeyId, keyChange, keyTombstone } from '#runtime/keys/data-keys/index.ts'
import type { FoundKey } from './read-data-keys.ts'

interface WriteDeps {
  readonly producer: Pick<Producer, 'send'>
  readonly reader: PartitionReader
  /** Of the data keys. */
  readonly topic: string
  /** Tells it to end, behind the send that is under way. */
  readonly signal: AbortSignal
  readonly progress: (done: number, of: number) => void
}

/** Records of one send. */
const sendRecordsMax = 1000

/**
 * Writes data keys as a rotation left them, and gives how many were destroyed meanwhile.
 * @param wrapped Those that are wrapped anew, as they were read.
 * @throws TributaryError TRB_INTERRUPTED when it was told to end before all were written; the next rotation finds the others.
 */
export async function writeAnew(
  records: readonly OutgoingRecord[],
  wrapped: readonly FoundKey[],
  deps: WriteDeps,
): Promise<number> {
  const sent = await sendAll(records, deps)
  const ended = await endResurrected(wrapped, deps)
  if (sent < records.length) throw interrupted(deps.signal.reason, sent, records.length)
  return ended
}

/** As many as were sent: all, unless the command is told to end. */
async function sendAll(
  records: readonly OutgoingRecord[],
  { producer, progress, signal, topic }: WriteDeps,
): Promise<number> {
  let sent = 0
  while (sent < records.length && !signal.aborted) {
    const some = records.slice(sent, sent + sendRecordsMax)
    await producer.send([{ topic, records: some }])
    sent += some.length
    progress(sent, records.length)
  }
  return sent
}

const interrupted = (cause: unknown, sent: number, of: number): TributaryError =>
  new TributaryError(
    'TRB_INTERRUPTED',
    `told to end before the work was done: ${sent} of ${of} data keys were written anew`,
    { cause, hint: 'The same command goes on with the others.' },
  )

/**
 * A key that was destroyed after it was read and before it was written again would be back: its tombstone stands between the two records.
 * A death in between leaves it to the suppressions, by which no channel uses it and the next rotation or sweep destroys it.
 */
async function endResurrected(
  wrapped: readonly FoundKey[],
  { producer, reader, topic }: WriteDeps,
): Promise<number> {
  const readAt = new Map<DataKeyId, FoundKey>(wrapped.map((key) => [key.id, key]))
  const ended = new Map<DataKeyId, FragmentId>()
  for await (const record of readWhole(reader, topic)) {
    const change = keyChange(record)
    if (change.change !== 'destroyed') continue
    const read = readAt.get(change.id)
    if (read !== undefined && record.offset > read.offset) ended.set(change.id, change.fragment)
  }
  if (ended.size > 0)
    await producer.send([
      { topic, records: [...ended].map(([id, fragment]) => keyTombstone(fragment, id)) },
    ])
  return ended.size
}
