import { setTimeout as pause } from 'node:timers/promises'
import type { Installation } from '../support/pipeline/install.ts'
import { registerEnvelope } from '../world/demo/envelope-encoder.ts'
import { worldTopicName } from '../world/demo/environment.ts'
import { sendRecords } from '../world/demo/feed.ts'
import { createLedgerWriter, type LedgerWriter } from '../world/ledger-file.ts'
import type { LedgerEntry, WorldRecord } from '../world/ledger.ts'
import { createWorld } from '../world/world.ts'

/** A simulated world that sends at a steady rate: all platforms, late, repeated, out of order. It keeps its own ledger. */
export interface Workload {
  /** Events that the brokers have. */
  produced(): number
  /** Dead letters that must come of them, the same record sent again not counted again. */
  expectedDeadLetters(): number
  /** Dead letters that may come of them at most: each attempt at sending such a record may have been written. */
  deadLettersMax(): number
  /** So many times the rate, from now on. */
  times(factor: number): void
  /** So many events at once, beside the rate. */
  surge(events: number): void
  /** Registers a new version of the company's own envelope; `then` runs before the first record of it is made. */
  evolve(then: () => Promise<void>): Promise<void>
  /** Records made under the latest version since then. */
  unmetRecords(): number
  stop(): Promise<void>
}

export interface WorkloadOptions {
  readonly seed: number
  readonly eventsPerSecond: number
  /** Events that the world must be able to tell. */
  readonly eventsMax: number
  readonly ledgerFile: string
}

const worldDays = 150
const tickMs = 100
/** More in one request would cost the producer quadratic time. */
const recordsPerSendMax = 1000
const peoplePerEvent = 0.1
/** The producer itself tries for minutes. */
const deliveriesMax = 5
const resendAfterMs = 500
/** Written once, before the first attempt. */
const unwritten: Pick<LedgerWriter, 'write'> = { write: async () => Promise.resolve() }

export async function startWorkload(
  installation: Installation,
  { seed, eventsPerSecond, eventsMax, ledgerFile }: WorkloadOptions,
): Promise<Workload> {
  const { prefix, kafka, environment } = installation
  const topicName = (name: WorldRecord['topic']): string => worldTopicName(prefix, name)
  const register = async (unknownField: string | null): ReturnType<typeof registerEnvelope> =>
    registerEnvelope(
      environment['REGISTRY_URL'] ?? '',
      topicName('channel.crm.tributary'),
      unknownField,
    )
  let encode = await register(null)
  let versions = 0
  let unmet = 0
  const world = createWorld({
    seed,
    events: eventsMax,
    people: Math.max(10, Math.round(eventsMax * peoplePerEvent)),
    now: Date.now(),
    days: worldDays,
    encodeEnvelope: (envelope) => {
      unmet += 1
      return encode(envelope)
    },
  })
  let producer = await kafka.producer()
  const ledger = createLedgerWriter(ledgerFile)
  const deadLetters = new Set<string>()
  let deadLettersMax = 0
  let produced = 0
  let factor = 1
  let due = 0
  const stopping = new AbortController()

  /** As long as it takes, as a company would: what is sent twice for that comes under the same ids. */
  const deliver = async (batch: readonly WorldRecord[]): Promise<void> => {
    const letters = batch.flatMap(({ entries }) => entries).filter(isDeadLetter).length
    for (let attempt = 1; ; attempt++) {
      deadLettersMax += letters
      try {
        await sendRecords(batch, { topicName, producer, ledger: unwritten })
        return
      } catch (error) {
        if (attempt === deliveriesMax) throw error
        await producer.close().catch(() => undefined)
        await pause(resendAfterMs)
        producer = await kafka.producer()
      }
    }
  }
  const send = async (): Promise<void> => {
    const batch: WorldRecord[] = []
    let events = 0
    while (events < due && batch.length < recordsPerSendMax) {
      const next = world.next()
      if (next.done === true) break
      batch.push(next.value)
      events += next.value.entries.length
    }
    if (batch.length === 0) return
    due = Math.max(0, due - events)
    await ledger.write(batch.flatMap((record) => record.entries))
    await deliver(batch)
    produced += events
    for (const { entries } of batch)
      for (const entry of entries) if (isDeadLetter(entry)) deadLetters.add(nameOf(entry))
  }
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const began = performance.now()
      due += (eventsPerSecond * factor * tickMs) / 1000
      await send()
      const took = performance.now() - began
      // What the brokers' absence held up is not made up for: the rate is one of sending, not of living.
      if (took < tickMs) await pause(tickMs - took)
    }
  }
  const running = run()
  // Its failure is thrown by `stop`; until then nobody listens.
  running.catch(() => undefined)
  return {
    produced: () => produced,
    expectedDeadLetters: () => deadLetters.size,
    deadLettersMax: () => deadLettersMax,
    times: (next) => {
      factor = next
    },
    surge: (events) => {
      due += events
    },
    async evolve(then) {
      versions += 1
      const next = await register(`added_${versions}`)
      await then()
      encode = next
      unmet = 0
    },
    unmetRecords: () => unmet,
    async stop() {
      stopping.abort()
      try {
        await running
      } finally {
        await ledger.close()
        await producer.close()
      }
    },
  }
}

const isDeadLetter = ({ fate }: LedgerEntry): boolean => fate === 'dead_letter'

const nameOf = ({ source, id }: LedgerEntry): string => `${source} ${id}`
