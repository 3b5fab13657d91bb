import type { DeadLetterRow } from '#schemas/clickhouse/rows.ts'
import type { RowSink } from '#runtime/clickhouse/ports.ts'
import { isTributaryError } from '#runtime/errors/index.ts'
import { offset } from '#runtime/event/ids.ts'
import type { KafkaRecord, PartitionHandler } from '#runtime/kafka/ports.ts'
import { deadLetterCodec, type DeadLetterRecord } from '#runtime/log/public-records.ts'
import type { Logger } from '#runtime/telemetry/logger.ts'
import { toIso } from '#runtime/time/iso.ts'
import { withHeartbeat } from '#runtime/kafka/with-heartbeat.ts'

/**
 * Copies `deadletter` into the table `dead_letters`. At least once: a row's key is the raw record's place, its version the offset of
 * the dead letter, so a repetition changes nothing and the last refusal of a record stands.
 */
export function createDeadLetterSink(sink: Pick<RowSink, 'insert'>, log: Logger): PartitionHandler {
  return {
    async assigned() {
      return new Map()
    },
    async lost() {
      // Nothing is held between batches.
    },
    async batch(batch, control) {
      const rows = batch.records.flatMap((record) => toRow(record, log))
      const last = batch.records.at(-1)
      if (last === undefined) return
      await withHeartbeat(control, async () => {
        if (rows.length > 0) await sink.insert({ dead_letters: rows })
        await control.commit(offset(last.offset + 1))
      })
    },
  }
}

/** A record of the public topic that is none of ours is skipped: there is nowhere left to put it. */
function toRow(record: KafkaRecord, log: Logger): DeadLetterRow[] {
  if (record.value === null) return []
  try {
    return [deadLetterRow(deadLetterCodec.decode(record.value), String(record.offset))]
  } catch (error) {
    if (!isTributaryError(error, 'TRB_FRAME_INVALID')) throw error
    log.warn({ offset: record.offset }, 'a record of deadletter cannot be read and was skipped')
    return []
  }
}

/** `index` -1: the whole record was refused. */
const deadLetterRow = (letter: DeadLetterRecord, version: string): DeadLetterRow => ({
  topic: letter.topic,
  partition: letter.partition,
  offset: letter.offset,
  index: letter.index ?? -1,
  version,
  stage: letter.stage,
  reason: letter.reason,
  detail: letter.detail,
  source: letter.source ?? '',
  schema_id: letter.schemaId,
  received_at: toIso(letter.receivedAt),
  failed_at: toIso(letter.failedAt),
  payload: letter.payload,
  headers: letter.headers,
})
