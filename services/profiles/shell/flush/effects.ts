import type { SegmentTransitionRow } from '#schemas/clickhouse/rows.ts'
import {
  definitionVersion,
  epochMs,
  type EpochMs,
  type FragmentId,
  offset,
  type ProfileId,
} from '#runtime/event/ids.ts'
import type { JsonObject } from '#runtime/event/event.ts'
import type { OutgoingBatch, OutgoingRecord } from '#runtime/kafka/ports.ts'
import { canonicalJson } from '#runtime/log/canonical-json.ts'
import { packPayload, payloadEncodingHeader } from '#runtime/log/dead-letter-payload.ts'
import { encodeDeadLetter } from '#runtime/log/encode-dead-letter.ts'
import { encodeExpiry } from '#runtime/log/expiry.ts'
import { encodeSingleFrame } from '#runtime/log/frame.ts'
import { encodeLinksRecord } from '#runtime/log/links-record.ts'
import type { Origin } from '#runtime/log/messages.ts'
import { segmentTransitionCodec } from '#runtime/log/public-records.ts'
import { encodeSuppression } from '#runtime/log/suppression.ts'
import type { Flush, Rejection } from '../../core/fold/flush.ts'

export interface EffectTopics {
  readonly profileLog: string
  readonly links: string
  readonly suppressions: string
  readonly dataKeys: string
  readonly expiries: string
  readonly segments: string
  readonly deadLetter: string
}

export interface EffectEncoding {
  readonly topics: EffectTopics
  /** What this partition's messages name as their origin. */
  readonly origin: Extract<Origin, { kind: 'log' }>
  /** Ids that the registry gave to the public schemas. */
  readonly schemaIds: { readonly segmentTransition: number; readonly deadLetter: number }
  /** Seals bytes with the key of the day. */
  readonly seal: (bytes: Uint8Array) => string
  /** Records that destroy the data keys of a fragment that were made until a time; left out: there are none. */
  readonly destroyKeys?: (fragment: FragmentId, until: EpochMs) => readonly OutgoingRecord[]
  /** Only for `failedAt` of dead letters. */
  readonly now: () => EpochMs
  /** Different at every send: so that compaction lets no link supersede another. */
  readonly nonce: () => string
}

/**
 * All effects of a flush as one send: one frame per target partition, everything else one record each.
 * @param logTime what the frames say that the time is, while a generation is built; null: the log's own.
 */
export function encodeEffects(
  flush: Flush,
  encoding: EffectEncoding,
  logTime: EpochMs | null,
): readonly OutgoingBatch[] {
  const { topics } = encoding
  const nonce = flush.links.length > 0 ? encoding.nonce() : ''
  const batches: readonly OutgoingBatch[] = [
    { topic: topics.profileLog, records: frames(flush, encoding, logTime) },
    {
      topic: topics.links,
      records: flush.links.map((link) => ({
        key: Buffer.from(`${link.linkId}/${nonce}`),
        value: encodeLinksRecord(link),
        partition: 0,
      })),
    },
    {
      topic: topics.suppressions,
      records: flush.suppressions.map((suppression) => ({
        key: Buffer.from(suppression.fragment),
        value: encodeSuppression(suppression),
        partition: 0,
      })),
    },
    {
      topic: topics.expiries,
      records: flush.expiries.map((expiry) => ({
        key: Buffer.from(expiry.fragment),
        value: encodeExpiry(expiry),
        partition: 0,
      })),
    },
    {
      topic: topics.dataKeys,
      records: flush.suppressions.flatMap(
        ({ fragment, erasedAt }) => encoding.destroyKeys?.(fragment, erasedAt) ?? [],
      ),
    },
    {
      topic: topics.segments,
      records: flush.segmentChanges.map((row) => segmentRecord(row, encoding)),
    },
    {
      topic: topics.deadLetter,
      records: flush.rejections.map((rejection) => deadLetter(rejection, encoding)),
    },
  ]
  return batches.filter(({ records }) => records.length > 0)
}

const frames = (
  flush: Flush,
  { origin }: EffectEncoding,
  logTime: EpochMs | null,
): readonly OutgoingRecord[] =>
  [...flush.frames].map(([partition, messages]) => ({
    key: null,
    value: encodeSingleFrame({ origin, logTime, messages }),
    partition,
  }))

const segmentRecord = (
  row: SegmentTransitionRow,
  { schemaIds }: EffectEncoding,
): OutgoingRecord => ({
  key: Buffer.from(row.profile_id),
  value: segmentTransitionCodec.encode(
    {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the row was made from a profile id
      profileId: row.profile_id as ProfileId,
      segment: row.segment,
      to: row.to,
      at: epochMs(Date.parse(row.at)),
      cause: row.cause,
      version: row.version,
      seq: row.seq,
      definition: definitionVersion(row.rule_version),
      ruleHash: row.rule_hash,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the row was made from an object
      because: JSON.parse(row.because) as JsonObject,
    },
    schemaIds.segmentTransition,
  ),
})

function deadLetter(rejection: Rejection, encoding: EffectEncoding): OutgoingRecord {
  const { topics, origin, schemaIds, seal, now } = encoding
  const { offset: at, index, reason, detail, receivedAt, content } = rejection
  const { gzip, note, payload } = packPayload(
    content instanceof Uint8Array
      ? content
      : // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a message is plain data
        Buffer.from(canonicalJson(content as unknown as JsonObject)),
  )
  const letter = {
    topic: topics.profileLog,
    partition: origin.partition,
    offset: offset(at),
    index,
    stage: 'fold',
    reason,
    detail: detail + note,
    source: null,
    schemaId: null,
    receivedAt,
    failedAt: now(),
    payload: seal(payload),
    headers: gzip ? { [payloadEncodingHeader]: seal(Buffer.from('gzip')) } : {},
    attempt: 1,
    history: [],
  }
  return encodeDeadLetter(letter, schemaIds.deadLetter)
}
