import type { DeadLetterRow } from '#schemas/clickhouse/rows.ts'
import type { RowSink } from '#runtime/clickhouse/ports.ts'
import { isTributaryError } from '#runtime/errors/index.ts'
import { offset } from '#runtime/event/ids.ts'
import type { KafkaRecord, PartitionHandler } from '#runtime/kafka/ports.ts'
import { deadLetterCodec, type DeadLetterRecord } from '#runtime/log/public-records.ts'
import { type StageWatch, unwatched } from '#runtime/stages/index.ts'
import type { Logger } from '#runtime/telemetry/logger.ts'
import { latestMs, toIso } from '#runtime/time/iso.ts'
import { withHeartbeat } from '#runtime/kafka/with-heartbeat.ts'

/**
 * Copies `deadletter` into the table `dead_letters`. At least once: a row's key is the raw record's place, its version the record's time
 * of receipt and the number of the try, so a repetition changes nothing, the last try of a record stands, even when its first is read
 * once more, and a record of a topic that was created anew comes after those of before.
 */
export function createDeadLetterSink(
  sink: Pick<RowSink, 'insert'>,
  log: Logger,
  watch?: Pick<StageWatch, 'steps'>,
): PartitionHandler {
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
        const steps = watch?.steps(batch) ?? unwatched
        steps.counted(batch.records.length, rows.length)
        if (rows.length > 0)
          await steps.run('clickhouse', async () => sink.insert({ dead_letters: rows }))
        await control.commit(offset(last.offset + 1))
      })
    },
  }
}

/** A record of the public topic that is none of ours is skipped: there is nowhere left to put it. */
function toRow(record: KafkaRecord, log: Logger): DeadLetterRow[] {
  if (record.value === null) return []
  try {
    return [deadLetterRow(deadLetterCodec.decode(record.value))]
  } catch (error) {
    if (!isTributaryError(error, 'TRB_FRAME_INVALID')) throw error
    log.warn({ offset: record.offset }, 'a record of deadletter cannot be read and was skipped')
    return []
  }
}

const attemptBits = 16n

/** A producer's clock may have told any time. */
const versionOf = ({ receivedAt, attempt }: DeadLetterRecord): string =>
  String((BigInt(Math.min(Math.max(receivedAt, 0), latestMs)) << attemptBits) | BigInt(attempt))

/** `index` -1: the whole record was refused. */
const deadLetterRow = (letter: DeadLetterRecord): DeadLetterRow => ({
  topic: letter.topic,
  partition: letter.partition,
  offset: letter.offset,
  index: letter.index ?? -1,
  version: versionOf(letter),
  stage: letter.stage,
  reason: letter.reason,
  detail: letter.detail,
  source: letter.source ?? '',
  schema_id: letter.schemaId,
  received_at: toIso(letter.receivedAt),
  failed_at: toIso(letter.failedAt),
  attempt: letter.attempt,
  first_failed_at: toIso(letter.history[0]?.failedAt ?? letter.failedAt),
  history: letter.history.map(({ attempt, failedAt, stage, reason }) => [
    attempt,
    toIso(failedAt),
    stage,
    reason,
  ]),
  payload: letter.payload,
  headers: letter.headers,
})
