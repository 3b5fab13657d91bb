import { asError, TributaryError } from '../../errors/index.ts'
import { partitionKey, type TopicPartition } from '../ports.ts'

/** A message as kafkajs decodes it. */
export interface RawMessage {
  readonly offset: string
  readonly timestamp: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers?: Readonly<Record<string, HeaderValue>>
}
type HeaderValue = Buffer | string | (Buffer | string)[] | undefined

/** A batch of records that can't be unpacked, as one message in its place, so that the partitions beside it are read. */
export interface UnreadableBatch {
  readonly first: number
  readonly last: number
  readonly reason: string
}

/** A message, or what stands for a whole batch. */
export interface FetchedMessage extends RawMessage {
  readonly unreadable?: UnreadableBatch
}

/** kafkajs's reader of bytes, as far as it is used here. */
export interface ByteReader {
  readonly buffer: Buffer
  readonly offset: number
  readInt32(): number
  readBytes(length: number): Buffer
  canReadBytes(length: number): boolean
}

type DecodeMessages = (response: ByteReader) => Promise<readonly FetchedMessage[]>

export interface BatchDecoding {
  readonly ByteReader: new (bytes: Buffer) => ByteReader
  readonly decodeBatch: (
    bytes: ByteReader,
  ) => Promise<{ readonly records: readonly FetchedMessage[] }>
}

/** Of one compressed batch: each is an object of some hundred bytes, though packed it may have taken one. */
export const batchRecordsMax = 500_000
/** Of the compressed batches of one fetch, from all of its partitions: beyond it each has its first batch, and the rest comes with the next fetch. */
export const fetchUnpackedBytesMax = 128 * 1024 * 1024

/** Where the fields of a batch are (Kafka's format 2). */
const at = { lastOffsetDelta: 23, attributes: 21, magic: 16, producerId: 43, count: 57 }
const headerBytes = 61
const magicOfBatches = 2
const codecMask = 0x07
const transactionalMask = 0x10
/** Of the object that a record is. */
const recordOverheadBytes = 64

const isCompressed = (batch: Buffer): boolean => (batch.readInt16BE(at.attributes) & codecMask) > 0

const sizeOf = (records: readonly FetchedMessage[]): number =>
  records.reduce(
    (sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0) + recordOverheadBytes,
    0,
  )

/** Stands at the end of the batch: wherever in it a fetch began, that is not before. */
function unreadable(batch: Buffer, error: Error): FetchedMessage {
  const first = Number(batch.readBigInt64BE(0))
  const last = first + batch.readInt32BE(at.lastOffsetDelta)
  // By which kafkajs leaves out what a transaction took back.
  const batchContext = {
    producerId: String(batch.readBigInt64BE(at.producerId)),
    inTransaction: (batch.readInt16BE(at.attributes) & transactionalMask) > 0,
  }
  const message = {
    offset: String(last),
    timestamp: '0',
    key: null,
    value: null,
    isControlRecord: false,
    batchContext,
  }
  return { ...message, unreadable: { first, last, reason: error.message } }
}

/**
 * kafkajs's decoder of what a fetch brought of one partition, with bounds: a few KiB may unpack to gigabytes. A batch that is beyond them, or
 * damaged, is told as one message instead of failing the fetch, which has other partitions too. What is older than format 2 is left to
 * `original`.
 */
export function createMessagesDecoder(
  original: DecodeMessages,
  { ByteReader, decodeBatch }: BatchDecoding,
): DecodeMessages {
  /** What was unpacked of one response, whose partitions come one after another. */
  const unpacked = new WeakMap<ByteReader, number>()

  const decode = async (
    bytes: ByteReader,
    response: ByteReader,
  ): Promise<readonly RawMessage[]> => {
    const batch = bytes.buffer.subarray(bytes.offset)
    const compressed = isCompressed(batch)
    const count = batch.readInt32BE(at.count)
    if (compressed && count > batchRecordsMax)
      throw new Error(`${count} records, ${batchRecordsMax} are the limit`)
    const { records } = await decodeBatch(bytes)
    if (compressed) unpacked.set(response, (unpacked.get(response) ?? 0) + sizeOf(records))
    return records
  }

  const isFull = (response: ByteReader): boolean =>
    (unpacked.get(response) ?? 0) >= fetchUnpackedBytesMax

  return async (response) => {
    const start = response.offset + 4
    const isOld = response.buffer[start + at.magic] !== magicOfBatches
    if (!response.canReadBytes(4 + headerBytes) || isOld) return original(response)
    const length = response.readInt32()
    if (length <= 0 || !response.canReadBytes(length)) return []
    const bytes = new ByteReader(response.readBytes(length))
    const messages: FetchedMessage[] = []
    while (bytes.canReadBytes(headerBytes) && !(messages.length > 0 && isFull(response))) {
      const batch = bytes.buffer.subarray(bytes.offset)
      try {
        // Not spread into one push: a batch may hold more records than a call takes arguments.
        for (const message of await decode(bytes, response)) messages.push(message)
      } catch (error) {
        // The last batch of a fetch may be cut off.
        if (asError(error).name === 'KafkaJSPartialMessageError') break
        messages.push(unreadable(batch, asError(error)))
        break
      }
    }
    return messages
  }
}

/** What can be read, and what stands after it, if that can't. */
export function readableOf<Message extends FetchedMessage>(
  messages: readonly Message[],
): { readonly readable: readonly Message[]; readonly next: UnreadableBatch | null } {
  const end = messages.findIndex((message) => message.unreadable !== undefined)
  return end === -1
    ? { readable: messages, next: null }
    : { readable: messages.slice(0, end), next: messages[end]?.unreadable ?? null }
}

/** `group`: whose way past it the error tells; left out: nobody's. */
export function batchUnreadable(
  place: TopicPartition,
  { first, last, reason }: UnreadableBatch,
  group?: string,
): TributaryError {
  const where = partitionKey(place)
  const move = `kafka-consumer-groups.sh --group ${group} --topic ${place.topic}:${place.partition} --reset-offsets --to-offset ${last + 1} --execute`
  return new TributaryError(
    'TRB_BATCH_UNREADABLE',
    `${where}: the batch of the offsets ${first} to ${last} can't be unpacked: ${reason}`,
    {
      context: { ...place, first, last },
      ...(group === undefined
        ? {}
        : { hint: `To go on without it stop the service, then: ${move}, and start it again` }),
    },
  )
}
