import { asError } from '../errors/index.ts'
import { offset, type Offset } from '../event/ids.ts'
import type { Admin, OffsetRange } from '../kafka/ports.ts'
import type { OpenPartition, StageBook } from './stage-book.ts'

/**
 * Asks the brokers what batches cannot tell: where the logs end while nothing is read (a flush that hangs, a partition that stands still), and
 * since when the first unread record has been waiting. A few requests per topic, whatever is in it.
 * @throws what the first look at a topic failed with, after a look at all others
 */
export async function lookAtBrokers(
  admin: Pick<Admin, 'offsets' | 'committed' | 'peek'>,
  book: StageBook,
  groupOf: (topic: string) => string | null,
): Promise<void> {
  let failure: Error | null = null
  for (const [topic, partitions] of Map.groupBy(book.open(), (one) => one.topic)) {
    try {
      await lookAt(admin, book, topic, partitions, groupOf(topic))
    } catch (error) {
      failure ??= asError(error)
    }
  }
  if (failure !== null) throw failure
}

async function lookAt(
  admin: Pick<Admin, 'offsets' | 'committed' | 'peek'>,
  book: StageBook,
  topic: string,
  partitions: readonly OpenPartition[],
  group: string | null,
): Promise<void> {
  const unplaced = partitions.filter(({ position }) => position === null)
  const ranges = await admin.offsets(topic)
  if (unplaced.length > 0 && group !== null) {
    const committed = await admin.committed(group, topic)
    for (const at of unplaced) {
      const start = committed.get(at.partition)?.offset ?? ranges.get(at.partition)?.low
      if (start !== undefined) book.startsAt(at, start)
    }
  }
  for (const at of partitions) {
    const high = ranges.get(at.partition)?.high
    if (high !== undefined) book.logEnds(at, high)
  }
  await lookSince(admin, topic, ranges, book)
}

async function lookSince(
  admin: Pick<Admin, 'peek'>,
  topic: string,
  ranges: ReadonlyMap<number, OffsetRange>,
  book: StageBook,
): Promise<void> {
  const unknown = book.open().filter((one) => one.topic === topic && one.unknownSince !== null)
  if (unknown.length === 0) return
  const found = await admin.peek(topic, new Map(unknown.map((one) => placeOf(one, ranges))))
  for (const at of unknown) {
    const first = found.get(at.partition)?.find((record) => record.offset >= (at.unknownSince ?? 0))
    if (first !== undefined) book.waitsSince(at, { offset: first.offset, at: first.timestamp })
  }
}

/** Of records that expired unread nobody knows the time any more: the oldest that is left is known. */
const placeOf = (
  { partition, unknownSince }: OpenPartition,
  ranges: ReadonlyMap<number, OffsetRange>,
): readonly [number, Offset] => [
  partition,
  offset(Math.max(unknownSince ?? 0, ranges.get(partition)?.low ?? 0)),
]
