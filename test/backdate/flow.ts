import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Installation } from '../support/pipeline/install.ts'
import { registerEnvelope } from '../world/demo/envelope-encoder.ts'
import { worldTopicName } from '../world/demo/environment.ts'
import { sendRecords } from '../world/demo/feed.ts'
import { createLedgerWriter } from '../world/ledger-file.ts'
import type { WorldRecord } from '../world/ledger.ts'
import { createWorld } from '../world/world.ts'

export interface Story {
  readonly seed: number
  readonly events: number
  readonly people: number
  readonly now: number
}

/** A world whose records are sent at a pace; what was sent stands in a ledger that the product never sees. */
export interface Flow {
  readonly ledgerFile: string
  /** Events sent so far. */
  sent(): number
  isOver(): boolean
  /** As fast as the brokers take them. */
  send(events: number): Promise<void>
  /** So many a second, until the signal or the end of the world. Returns the events a second that were reached. */
  keepPace(perSecond: number, signal: AbortSignal): Promise<number>
  close(): Promise<void>
}

const worldDays = 150
/** More in one request would cost the producer quadratic time. */
const recordsPerSendMax = 1000
const beatMs = 50

export async function createFlow(installation: Installation, story: Story): Promise<Flow> {
  const { prefix, kafka, directory, environment } = installation
  const topicName = (name: WorldRecord['topic']): string => worldTopicName(prefix, name)
  const encodeEnvelope = await registerEnvelope(
    environment['REGISTRY_URL'] ?? '',
    topicName('channel.crm.tributary'),
  )
  const records = createWorld({ ...story, days: worldDays, encodeEnvelope })[Symbol.iterator]()
  const ledgerFile = join(directory, 'ledger.ndjson')
  const ledger = createLedgerWriter(ledgerFile)
  const producer = await kafka.producer()
  let sent = 0
  let isOver = false

  async function send(events: number): Promise<void> {
    for (let rest = events; rest > 0 && !isOver; ) {
      const batch: WorldRecord[] = []
      let held = 0
      while (held < rest && batch.length < recordsPerSendMax) {
        const step = records.next()
        if (step.done === true) {
          isOver = true
          break
        }
        batch.push(step.value)
        held += step.value.entries.length
      }
      if (batch.length > 0) await sendRecords(batch, { topicName, producer, ledger })
      sent += held
      rest -= Math.max(held, 1)
    }
  }

  return {
    ledgerFile,
    sent: () => sent,
    isOver: () => isOver,
    send,
    async keepPace(perSecond, signal) {
      const [began, before] = [performance.now(), sent]
      const passed = (): number => (performance.now() - began) / 1000
      while (!signal.aborted && !isOver) {
        const due = Math.floor(passed() * perSecond) - (sent - before)
        if (due > 0) await send(due)
        else await pause(beatMs)
      }
      return Math.round((sent - before) / passed())
    },
    async close() {
      await ledger.close()
      await producer.close()
    },
  }
}
