import { beforeEach, describe, expect, it } from 'vitest'
import { TributaryError } from '../errors/index.ts'
import { epochMs } from '../event/ids.ts'
import { type ManualClock, manualClock } from '../lifecycle/index.ts'
import { rowVersion } from '../log/version.ts'
import { createLogger } from '../telemetry/index.ts'
import { type Counted, type CounterRows, createCounterRows } from './counter-rows.ts'
import { createMemoryRowSink } from './memory-row-sink.ts'

const intervalMs = 2500

let clock: ManualClock
let lines: string[]
/** What was given to the sink: one text for each insert. */
let inserts: string[]
/** What each insert waits for; left out: nothing. */
let answer: () => Promise<void>

beforeEach(() => {
  clock = manualClock(0)
  lines = []
  inserts = []
  answer = async () => Promise.resolve()
})

const counted = (applied: number): Counted => ({
  clock: epochMs(Date.parse('2026-01-01')),
  nextOffset: applied,
  nextIndex: 0,
  counters: { applied },
})

const deps = () => ({
  component: 'profiles',
  generation: 0,
  clock,
  intervalMs,
  log: createLogger({
    service: 'profiles',
    level: 'info',
    stream: { write: (line) => void lines.push(line) },
  }),
})

const counters = (): CounterRows =>
  createCounterRows({
    ...deps(),
    sink: {
      async insert({ pipeline_health: rows = [] }) {
        inserts.push(rows.map(({ partition, value }) => `${partition}: ${value}`).join(', '))
        await answer()
      },
    },
  })

describe('counters on their way to ClickHouse', () => {
  it('are rows of where the fold has come to, and of nowhere before its first message', async () => {
    const sink = createMemoryRowSink()
    const to = createCounterRows({ ...deps(), component: 'identity', generation: 2, sink })
    to.put(0, { clock: epochMs(0), nextOffset: 0, nextIndex: 0, counters: { links: 0 } })
    const folded = { clock: epochMs(1000), nextOffset: 5, nextIndex: 3, counters: { links: 4 } }
    to.put(1, folded)
    // Rows are of the moment at which they were given.
    folded.nextOffset = 6
    folded.counters.links = 9
    await clock.advance(0)
    expect(sink.all('pipeline_health')).toEqual([
      {
        component: 'identity',
        partition: 1,
        name: 'links',
        value: 4,
        at: '1970-01-01T00:00:01.000Z',
        version: rowVersion(2, 5, 3),
      },
    ])
  })

  it('go at once after a quiet time, those of one turn together', async () => {
    const to = counters()
    to.put(0, counted(1))
    to.put(1, counted(5))
    await clock.advance(0)
    expect(inserts).toEqual(['0: 1, 1: 5'])
  })

  it('go once per interval while they change, the newest of each partition alone', async () => {
    const to = counters()
    to.put(0, counted(1))
    await clock.advance(0)
    to.put(0, counted(2))
    to.put(1, counted(5))
    to.put(0, counted(3))
    await clock.advance(intervalMs - 1)
    expect(inserts).toEqual(['0: 1'])
    await clock.advance(1)
    expect(inserts).toEqual(['0: 1', '0: 3, 1: 5'])
    await clock.advance(intervalMs)
    expect(inserts).toHaveLength(2)
    to.put(0, counted(4))
    await clock.advance(0)
    expect(inserts.slice(2)).toEqual(['0: 4'])
  })

  it('gather while ClickHouse is slow, and no more of them wait than there are partitions', async () => {
    const slow = Promise.withResolvers<void>()
    answer = async () => slow.promise
    const to = counters()
    to.put(0, counted(1))
    await clock.advance(intervalMs)
    for (let value = 2; value < 100; value += 1) to.put(0, counted(value))
    await clock.advance(intervalMs)
    expect(inserts).toEqual(['0: 1'])
    slow.resolve()
    await clock.advance(0)
    await clock.advance(intervalMs)
    expect(inserts).toEqual(['0: 1', '0: 99'])
  })

  it('that are refused are told of once, and newer ones are tried', async () => {
    answer = async () => Promise.reject(new TributaryError('TRB_CLICKHOUSE_REFUSED', 'no'))
    const to = counters()
    for (const value of [1, 2, 3]) {
      to.put(0, counted(value))
      await clock.advance(intervalMs)
    }
    expect(inserts).toEqual(['0: 1', '0: 2', '0: 3'])
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('TRB_CLICKHOUSE_REFUSED')
  })

  it('are written before the end, unless ClickHouse takes longer than a stop may', async () => {
    const to = counters()
    to.put(0, counted(1))
    await clock.advance(0)
    to.put(0, counted(2))
    await to.close()
    expect(inserts).toEqual(['0: 1', '0: 2'])
    to.put(0, counted(3))
    await clock.advance(intervalMs)
    expect(inserts).toHaveLength(2)

    answer = async () => new Promise(() => undefined)
    const other = counters()
    other.put(0, counted(4))
    let isClosed = false
    const closing = other.close().then(() => (isClosed = true))
    await clock.advance(999)
    expect(isClosed).toBe(false)
    await clock.advance(1)
    await closing
    expect(clock.sleepers).toBe(0)
  })
})
