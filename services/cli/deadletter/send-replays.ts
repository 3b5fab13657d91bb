import { topicName } from '#schemas/topics.ts'
import type { DeadLetterReplayRow } from '#schemas/clickhouse/rows.ts'
import { originalTopicHeader } from '#runtime/channel/core/entry.ts'
import { placeText, replayHeaders, writeReplay } from '#runtime/channel/core/replay.ts'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { isTributaryError } from '#runtime/errors/index.ts'
import type { OutgoingRecord, Producer } from '#runtime/kafka/ports.ts'
import type { Sealer } from '#runtime/keys/index.ts'
import { recordKey } from './letter.ts'
import { type OpenedRecord, openRecord } from './open-record.ts'
import type { NotReplayable, PlannedReplay } from './plan-replay.ts'
import type { SealedRecord } from './read-letters.ts'
import type { Unreplayable } from './replay-target.ts'

export interface SendDeps {
  /** null: only say what would be sent. */
  readonly producer: Pick<Producer, 'send'> | null
  readonly clickhouse: Pick<ClickHouse, 'insertLines'>
  readonly sealer: Pick<Sealer, 'open'>
  readonly prefix: string
  readonly by: string
  readonly note: string
  readonly now: () => Date
  readSealed(records: readonly PlannedReplay[]): Promise<readonly SealedRecord[]>
  progress(records: number): void
  /** Aborted when the command is told to end: what is under way is sent and noted, and no more. */
  readonly signal: AbortSignal
}

export interface SendResult {
  readonly sent: readonly PlannedReplay[]
  readonly notReplayable: readonly NotReplayable[]
}

/** Records between two entries of the ledger: a crash sends so many again at most, and their events are known by their ids. */
const recordsPerStep = 100

export const replayTopicOf = (prefix: string, { target }: PlannedReplay): string =>
  topicName(prefix, `channel.${target.channel}.replay`)

/** Sends records in their order, and notes those that are acknowledged. */
export async function sendReplays(
  records: readonly PlannedReplay[],
  deps: SendDeps,
): Promise<SendResult> {
  const sent: PlannedReplay[] = []
  const notReplayable: NotReplayable[] = []
  for (let from = 0; from < records.length && !deps.signal.aborted; from += recordsPerStep) {
    const step = records.slice(from, from + recordsPerStep)
    const sealed = new Map((await deps.readSealed(step)).map((one) => [recordKey(one), one]))
    // Each on its own, so that one that is too large keeps no other; the producer puts them into common requests.
    const fates = await Promise.all(
      step.map(async (record) => sendOne(record, sealed.get(record.key), deps)),
    )
    const acknowledged = step.filter((_, n) => fates[n] === null)
    for (const [n, why] of fates.entries()) {
      const record = step[n]
      if (why !== null && record !== undefined)
        notReplayable.push({ place: record.place, letters: record.letters, why })
    }
    if (deps.producer !== null) await note(acknowledged, deps)
    sent.push(...acknowledged)
    deps.progress(from + step.length)
  }
  return { sent, notReplayable }
}

/** null: sent, or it could be. */
async function sendOne(
  record: PlannedReplay,
  sealed: SealedRecord | undefined,
  { producer, prefix, sealer }: SendDeps,
): Promise<Unreplayable | null> {
  if (sealed === undefined) return 'no_bytes'
  const opened = openRecord(sealed, sealer)
  if (opened === null) return 'cannot_be_opened'
  if (producer === null) return null
  try {
    await producer.send([
      { topic: replayTopicOf(prefix, record), records: [outgoing(record, opened)] },
    ])
    return null
  } catch (error) {
    if (isTributaryError(error, 'TRB_RECORD_TOO_LARGE')) return 'too_large'
    throw error
  }
}

/** The key keeps the records of one partition in their order. */
function outgoing({ place, replay, target }: PlannedReplay, record: OpenedRecord): OutgoingRecord {
  const named = record.headers[originalTopicHeader]
  const sourceTopic =
    target.sourceTopic ?? (named === undefined ? '' : Buffer.from(named).toString())
  return {
    key: Buffer.from(`${place.topic}/${place.partition}`),
    value: record.value,
    headers: {
      ...Object.fromEntries(
        Object.entries(record.headers).filter(([name]) => !replayHeaders.has(name)),
      ),
      ...writeReplay({ ...replay, sourceTopic }),
    },
  }
}

async function note(
  records: readonly PlannedReplay[],
  { clickhouse, prefix, by, note: text, now }: SendDeps,
): Promise<void> {
  if (records.length === 0) return
  const at = now()
  const lines = records.map((record) =>
    JSON.stringify({
      topic: record.place.topic,
      partition: record.place.partition,
      offset: record.place.offset,
      received_at: record.receivedAt,
      attempt: record.replay.attempt,
      version: String(at.getTime()),
      indexes: record.letters.map(({ index }) => index ?? -1),
      replay_topic: replayTopicOf(prefix, record),
      replayed_at: at.toISOString(),
      replayed_by: by,
      note: text,
    } satisfies DeadLetterReplayRow),
  )
  await clickhouse.insertLines(
    'dead_letter_replays',
    'JSONEachRow',
    null,
    Buffer.from(`${lines.join('\n')}\n`),
  )
}

/** Why a record cannot be sent again, and what can be done about it. */
export function describeUnreplayable({ why, place }: NotReplayable): string {
  switch (why) {
    case 'no_source':
      return 'no source of the deployed pipeline file reads its topic: add one and deploy'
    case 'internal_message':
      return 'a message between the services, which no channel reads: it tells of a fault inside'
    case 'no_bytes':
      return `its bytes were too many to keep: they are at ${placeText(place)} only, as long as that topic keeps them`
    case 'empty_record':
      return 'it has no bytes, and would be refused again'
    case 'cannot_be_opened':
      return 'it was sealed under another installation key, or is damaged'
    case 'too_large':
      return `it is too large to be sent with the headers of a replay: it is at ${placeText(place)}`
    case 'too_many_attempts':
      return 'it was sent again too often to be counted'
    default:
      return why satisfies never
  }
}
