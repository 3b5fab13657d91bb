import { describe, expect, it } from 'vitest'
import { epochMs, offset } from '../event/ids.ts'
import { createMemoryKafka } from '../kafka/memory/client.ts'
import type { Admin } from '../kafka/ports.ts'
import { manualClock } from '../lifecycle/clock.ts'
import { createMetrics, silentLogger } from '../telemetry/index.ts'
import { lookAtBrokers } from './look-at-brokers.ts'
import { startReporter } from './reporter.ts'
import { createStageBook } from './stage-book.ts'

const start = (write: (rows: readonly object[]) => Promise<void>, look = async () => {}) => {
  const clock = manualClock(0)
  const metrics = createMetrics('web')
  const reporter = startReporter({
    intervalMs: 1000,
    clock,
    log: silentLogger,
    metrics,
    look,
    rows: () => [{ a: 1 }],
    write,
  })
  return { clock, metrics, reporter }
}

describe('a reporter', () => {
  it('writes once per interval, and drops and counts what could not be written', async () => {
    const written: (readonly object[])[] = []
    let away = false
    const { clock, metrics, reporter } = start(async (rows) => {
      if (away) throw new Error('nobody answers')
      written.push(rows)
    })
    await clock.advance(1000)
    away = true
    await clock.advance(1000)
    await clock.advance(1000)
    away = false
    await clock.advance(1000)
    expect(written).toEqual([[{ a: 1 }], [{ a: 1 }]])
    const page = await metrics.text()
    expect(page).toContain('tributary_health_reports_total{outcome="written",service="web"} 2')
    expect(page).toContain('tributary_health_reports_total{outcome="failed",service="web"} 2')
    await reporter.stop()
  })

  it('says what it knows though the brokers do not answer', async () => {
    const written: (readonly object[])[] = []
    const { clock, reporter } = start(
      async (rows) => void written.push(rows),
      async () => Promise.reject(new Error('away')),
    )
    await clock.advance(1000)
    expect(written).toHaveLength(1)
    await reporter.stop()
  })

  it('holds up no stop, though a write never ends', async () => {
    const { clock, reporter } = start(async () => new Promise(() => {}))
    await clock.advance(1000)
    const stopped = reporter.stop()
    await clock.advance(1000)
    await expect(stopped).resolves.toBeUndefined()
  })
})

describe('a look at the brokers', () => {
  const at = { topic: 'channel.web', partition: 0 }
  const record = { offset: offset(4), timestamp: epochMs(77), key: null, value: null, headers: {} }
  const admin = (committed: number | null): Pick<Admin, 'offsets' | 'committed' | 'peek'> => ({
    offsets: async () => Promise.resolve(new Map([[0, { low: offset(1), high: offset(9) }]])),
    committed: async () =>
      Promise.resolve(
        new Map(committed === null ? [] : [[0, { offset: offset(committed), metadata: null }]]),
      ),
    peek: async () => Promise.resolve(new Map([[0, [record]]])),
  })

  it('finds where a group stands, where the log ends, and since when the first record waits', async () => {
    const book = createStageBook()
    book.assigned(at, 'web', null)
    await lookAtBrokers(admin(4), book, () => 'tributary-web')
    expect(book.read()).toMatchObject([{ stage: 'web', records: 5, oldest: { offset: 4, at: 77 } }])
  })

  it('finds what waits in a partition whose place is gone from the log, as old as the oldest that is left, and in others', async () => {
    const kafka = createMemoryKafka({ now: () => epochMs(77) })
    const topics = ['channel.crm', 'channel.web']
    for (const topic of topics) {
      kafka.broker.createTopic({ topic, partitions: 1, replicationFactor: 1, config: {} })
      for (let n = 0; n < 9; n += 1) kafka.broker.append(topic, { key: null, value: null })
      kafka.broker.commit('g', { topic, partition: 0 }, { offset: offset(1), metadata: null })
    }
    kafka.broker.deleteRecords({ topic: 'channel.crm', partition: 0 }, offset(4))
    const book = createStageBook()
    for (const topic of topics) book.assigned({ topic, partition: 0 }, 'web', null)
    await lookAtBrokers(await kafka.client().admin(), book, () => 'g')
    expect(book.read()).toMatchObject([
      { topic: 'channel.crm', records: 8, oldest: { offset: 4, at: 77 } },
      { topic: 'channel.web', records: 8, oldest: { offset: 1, at: 77 } },
    ])
  })

  it('looks at all other topics though it fails at one, and says so', async () => {
    const book = createStageBook()
    book.assigned({ topic: 'channel.gone', partition: 0 }, 'web', null)
    book.assigned(at, 'web', null)
    const failing = admin(4)
    const look = lookAtBrokers(
      {
        ...failing,
        offsets: async (topic) =>
          topic === 'channel.gone'
            ? Promise.reject(new Error('no such topic'))
            : failing.offsets(topic),
      },
      book,
      () => 'tributary-web',
    )
    await expect(look).rejects.toThrow('no such topic')
    expect(book.read()).toMatchObject([{ topic: 'channel.web', records: 5 }])
  })

  it('begins at the beginning of the log where nothing was committed', async () => {
    const book = createStageBook()
    book.assigned(at, 'web', null)
    await lookAtBrokers(admin(null), book, () => 'tributary-web')
    expect(book.read()[0]?.records).toBe(8)
  })
})
