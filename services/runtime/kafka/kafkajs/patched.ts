/* oxlint-disable typescript/no-unsafe-type-assertion -- the inside of kafkajs has no types */
import { createRequire } from 'node:module'
import type * as Kafkajs from 'kafkajs'
import {
  endPausesAnyway,
  type HeartbeatSender,
  sendHeartbeatsAnyway,
  type ThrottledQueue,
} from './clock-set-back.ts'
import { crc32c } from './crc32c.ts'
import { forgetHalfResponses, type KafkajsConnection } from './half-response.ts'
import { groupMessages, murmur2 } from './partitioning.ts'
import { checkWhatWaits, type RequestQueue } from './pending-requests.ts'
import { type BatchDecoding, type ByteReader, createMessagesDecoder } from './fetched-batches.ts'
import { createQuickEncoder, type EncoderClass } from './quick-encoder.ts'
import { createRecordDecoder } from './record-decoder.ts'
import { createRecordEncoder } from './record-encoder.ts'

/*
 * kafkajs 2.2.4 as everybody here has it, and from nowhere else. Quicker: what of it runs for each record or each byte is replaced by what gives the
 * same, and a timer of it stands still when it has nothing to do. Replacing has to be before kafkajs takes it up; where kafkajs was there before, all
 * goes on as it was, only slower. Repaired: a new socket begins with no bytes of an old one, a clock that is set back keeps nobody waiting, and a batch that unpacks to more than memory is told instead
 * of unpacked.
 */
const require = createRequire(import.meta.url)

/** A module of kafkajs by its path below `src`. */
export const load = (path: string): unknown => require(`kafkajs/src/${path}`) as unknown

const fileOf = (path: string): string => require.resolve(`kafkajs/src/${path}`)

/** Whether kafkajs was not there yet. */
export const cameFirst: boolean = require.cache[fileOf('protocol/recordBatch/v0')] === undefined

function replace<T>(path: string, make: (original: T) => T): void {
  const original = load(path) as T
  const module = require.cache[fileOf(path)]
  if (module !== undefined) module.exports = make(original)
}

replace('protocol/encoder', createQuickEncoder)
replace('protocol/recordBatch/crc32C', () => crc32c)
replace('protocol/recordBatch/record/v0', (original: ReturnType<typeof createRecordEncoder>) =>
  createRecordEncoder(original, load('protocol/encoder') as EncoderClass),
)
replace('protocol/recordBatch/record/v0/decoder', createRecordDecoder)
replace('producer/partitioners/default/murmur2', () => murmur2)
replace('producer/groupMessagesPerPartition', () => groupMessages)

replace(
  'protocol/requests/fetch/v4/decodeMessages',
  (original: ReturnType<typeof createMessagesDecoder>) =>
    createMessagesDecoder(original, {
      ByteReader: load('protocol/decoder') as new (bytes: Buffer) => ByteReader,
      decodeBatch: load('protocol/recordBatch/v0/decoder') as BatchDecoding['decodeBatch'],
    }),
)

const queue = load('network/requestQueue') as {
  readonly prototype: RequestQueue & ThrottledQueue
}
queue.prototype.scheduleCheckPendingRequests = function scheduleCheck(this: RequestQueue) {
  checkWhatWaits(this)
}

endPausesAnyway(queue.prototype)

const group = load('consumer/consumerGroup') as { readonly prototype: HeartbeatSender }
sendHeartbeatsAnyway(group.prototype)

const connection = load('network/connection') as { readonly prototype: KafkajsConnection }
forgetHalfResponses(connection.prototype)

export const kafkajs = require('kafkajs') as typeof Kafkajs
