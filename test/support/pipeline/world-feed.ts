import { join } from 'node:path'
import { compareWithTruth, type Comparison } from '../../world/demo/compare.ts'
import { registerEnvelope } from '../../world/demo/envelope-encoder.ts'
import { worldTopicName } from '../../world/demo/environment.ts'
import { sendRecords } from '../../world/demo/feed.ts'
import { createLedgerWriter } from '../../world/ledger-file.ts'
import type { WorldRecord } from '../../world/ledger.ts'
import { readStatedPipeline } from '../../world/oracle/pipeline-file.ts'
import { compileWhere } from '../../world/oracle/where.ts'
import { createWorld } from '../../world/world.ts'
import { type Installation, shippedPipeline } from './installation.ts'

export interface WorldStory {
  readonly seed: number
  readonly events: number
  readonly people: number
  /** When the story ends, UTC milliseconds. */
  readonly now: number
}

/** A small world whose records are sent when the test says so. */
export interface WorldFeed {
  /** Records not sent yet. */
  left(): number
  /** Sends the next records, at most so many, and returns when the brokers have them. */
  send(records: number): Promise<void>
  /** Holds what ClickHouse has against what was sent. Nothing can be sent after it. */
  compare(): Promise<Comparison>
}

const worldDays = 150
/** More in one request would cost the producer quadratic time. */
const recordsPerSendMax = 1000

export async function createWorldFeed(
  installation: Installation,
  story: WorldStory,
): Promise<WorldFeed> {
  const { prefix, kafka, directory, environment, clickhouse, pseudonymiser } = installation
  const topic = (name: WorldRecord['topic']): string => worldTopicName(prefix, name)
  const encodeEnvelope = await registerEnvelope(
    environment['REGISTRY_URL'] ?? '',
    topic('channel.crm.tributary'),
  )
  const records = [...createWorld({ ...story, days: worldDays, encodeEnvelope })]
  const ledgerFile = join(directory, 'ledger.ndjson')
  const ledger = createLedgerWriter(ledgerFile)
  const producer = await kafka.producer()
  let next = 0
  const sendSome = async (count: number): Promise<void> => {
    const batch = records.slice(next, next + count)
    next += batch.length
    await sendRecords(batch, { topicName: topic, producer, ledger })
  }
  return {
    left: () => records.length - next,
    async send(count) {
      for (let rest = Math.min(count, records.length - next); rest > 0; rest -= recordsPerSendMax)
        await sendSome(Math.min(rest, recordsPerSendMax))
    },
    async compare() {
      await ledger.close()
      await producer.close()
      return compareWithTruth({
        clickhouse,
        ledgerFile,
        pipeline: readStatedPipeline(shippedPipeline, compileWhere),
        fragmentId: (type, value) => pseudonymiser.fragmentId(type, value),
      })
    },
  }
}
