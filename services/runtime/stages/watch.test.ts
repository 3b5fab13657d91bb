import { describe, expect, it } from 'vitest'
import { epochMs, offset } from '../event/ids.ts'
import type { BatchControl, PartitionHandler, RecordBatch } from '../kafka/ports.ts'
import { createMetrics, silentLogger } from '../telemetry/index.ts'
import type { SpanOptions, Tracing } from '../tracing/index.ts'
import { createHotBook } from './hot-book.ts'
import { createStageBook } from './stage-book.ts'
import { showStages } from './stage-metrics.ts'
import { stageRows } from './stage-rows.ts'
import { createStageWatch, type StageWatch } from './watch.ts'

const at = { topic: 'profile.log', partition: 1 }
const noon = Date.UTC(2026, 2, 1, 12)
const traceparent = (n: number): string =>
  `00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333${n}-01`

const batch = (first: number, last: number, parents: readonly string[] = []): RecordBatch => ({
  ...at,
  highWatermark: offset(10),
  records: Array.from({ length: last - first + 1 }, (_, n) => ({
    offset: offset(first + n),
    timestamp: epochMs(noon + first + n),
    key: null,
    value: null,
    headers: parents[n] === undefined ? {} : { traceparent: Buffer.from(parents[n] ?? '') },
  })),
})

const control = (stale = false): BatchControl => ({
  heartbeat: async () => Promise.resolve(),
  isStale: () => stale,
  stopAt: () => {},
  commit: async () => Promise.resolve(),
})

interface Started {
  readonly name: string
  readonly options: SpanOptions
  failed: boolean
  ended: boolean
}

function recordedTracing(): { readonly tracing: Tracing; readonly spans: readonly Started[] } {
  const spans: Started[] = []
  return {
    spans,
    tracing: {
      start(name, options) {
        const span: Started = { name, options, failed: false, ended: false }
        spans.push(span)
        return {
          traceparent: traceparent(spans.length),
          set: () => {},
          failed: () => void (span.failed = true),
          end: () => void (span.ended = true),
        }
      },
      close: async () => Promise.resolve(),
    },
  }
}

const now = (): number => noon + 60_000

function bench(work: (watch: StageWatch, one: RecordBatch, c: BatchControl) => Promise<void>) {
  const metrics = createMetrics('profiles')
  const book = createStageBook()
  const hot = createHotBook()
  const { spans, tracing } = recordedTracing()
  const hide = showStages(metrics, { book, hot, now })
  const watch = createStageWatch({ book, hot, metrics, tracing, log: silentLogger, now })
  const inner: PartitionHandler = {
    assigned: async () => Promise.resolve(new Map([['profile.log/1', offset(2)]])),
    lost: async () => Promise.resolve(),
    batch: async (one, c) => work(watch, one, c),
  }
  return { metrics, book, hot, spans, hide, watch, handler: watch.handler('profiles', inner) }
}

describe('a watched handler', () => {
  it('moves on with what is committed, and not with what came to nothing', async () => {
    const { book, handler } = bench(async (_watch, one, c) => {
      if (one.records.length > 1) await c.commit(offset(4))
    })
    await handler.assigned([at])
    await handler.batch(batch(2, 3), control())
    expect(book.read()[0]).toMatchObject({ records: 6, oldest: { offset: 4, at: noon + 3 } })
    await handler.batch(batch(4, 4), control())
    expect(book.read()[0]).toMatchObject({ records: 6, oldest: { offset: 4, at: noon + 4 } })
  })

  it('does not take a commit of an assignment that is over for progress', async () => {
    const { book, handler } = bench(async (_watch, _one, c) => c.commit(offset(4)))
    await handler.assigned([at])
    await handler.batch(batch(2, 3), control(true))
    expect(book.read()[0]).toMatchObject({ records: 8, oldest: { offset: 2 } })
  })

  it('tells of a failure and passes it on', async () => {
    const { book, handler, spans } = bench(async () => Promise.reject(new Error('no')))
    await handler.assigned([at])
    await expect(handler.batch(batch(2, 3), control())).rejects.toThrow('no')
    expect(spans[0]).toMatchObject({ name: 'process profile.log', failed: true, ended: true })
    expect(book.read()[0]?.records).toBe(8)
  })

  it('is the child of the one sender of its records, and linked to each of many', async () => {
    const { handler, spans } = bench(async () => Promise.resolve())
    await handler.assigned([at])
    await handler.batch(batch(2, 3, [traceparent(7), traceparent(7)]), control())
    await handler.batch(batch(4, 5, [traceparent(7), traceparent(8)]), control())
    expect(spans[0]?.options).toMatchObject({ parent: traceparent(7) })
    expect(spans[1]?.options).toMatchObject({ links: [traceparent(7), traceparent(8)] })
    expect(spans[1]?.options.parent).toBeUndefined()
  })
})

describe('steps', () => {
  it('are parts of their batch, timed, and hand on who they are', async () => {
    const seen: (string | null)[] = []
    const { handler, metrics, spans } = bench(async (watch) => {
      const steps = watch.steps(at)
      steps.spent('normalise', 0.2, { decode: 0.1 })
      await steps.run('send', async (own) => void seen.push(own))
      steps.counted(2, 6)
    })
    await handler.assigned([at])
    await handler.batch(batch(2, 3), control())
    expect(spans.map(({ name, options: { parent } }) => [name, parent])).toEqual([
      ['process profile.log', undefined],
      ['normalise', traceparent(1)],
      ['decode', traceparent(2)],
      ['send', traceparent(1)],
    ])
    expect(seen).toEqual([traceparent(4)])
    const page = await metrics.text()
    expect(page).toContain(
      'tributary_step_seconds_count{service="profiles",stage="profiles",step="normalise"} 1',
    )
    expect(page).toContain('tributary_stage_events_total{stage="profiles",service="profiles"} 6')
  })
})

const nothingToDo = async (): Promise<void> => Promise.resolve()

describe('steps that go on beside later batches', () => {
  it('are parts of the batch that began them', async () => {
    let goOn = nothingToDo
    let work: (watch: StageWatch) => Promise<void> = async (watch) => {
      const beside = watch.steps(at).beside()
      goOn = async () => beside.run('state', async () => Promise.resolve())
      return Promise.resolve()
    }
    const { handler, spans } = bench(async (watch) => work(watch))
    await handler.assigned([at])
    await handler.batch(batch(2, 3), control())
    work = async () => goOn()
    await handler.batch(batch(4, 5), control())
    expect(spans.map(({ name, options: { parent } }) => [name, parent])).toEqual([
      ['process profile.log', undefined],
      ['process profile.log', undefined],
      ['state', traceparent(1)],
    ])
  })
})

describe('what is shown', () => {
  it('is in metrics while the partition is here, and gone with it', async () => {
    const { handler, hide, metrics, watch } = bench(async () => Promise.resolve())
    await handler.assigned([at])
    watch.hotKeys(at, 'fragment').add('email:a')
    await handler.batch(batch(2, 3), control())
    const seconds = 'tributary_stage_lag_seconds{stage="profiles",topic="profile.log",partition="1"'
    const line = async (start: string): Promise<string | undefined> =>
      (await metrics.text()).split('\n').find((one) => one.startsWith(start))
    expect(await line(seconds)).toMatch(/ 59\.998$/)
    expect(await line('tributary_hot_key_ratio{')).toMatch(/ 1$/)
    await handler.lost([at])
    expect(await line(seconds)).toBeUndefined()
    expect(await line('tributary_hot_key_ratio{')).toBeUndefined()
    await handler.assigned([at])
    await handler.batch(batch(2, 3), control())
    expect(await line(seconds)).toMatch(/ 59\.998$/)
    hide()
    expect(await line(seconds)).toBeUndefined()
  })

  it('is in rows, one set a minute, hot keys by name', async () => {
    const { book, handler, hot, watch } = bench(async () => Promise.resolve())
    await handler.assigned([at])
    for (const key of ['email:a', 'email:a', 'email:b']) watch.hotKeys(at, 'fragment').add(key)
    await handler.batch(batch(2, 3), control())
    const rows = stageRows(book.report(now()), hot, now())
    expect(rows[0]).toEqual({
      component: 'profiles',
      partition: 1,
      name: 'lag_records',
      topic: 'profile.log',
      key: '',
      value: 8,
      at: '2026-03-01T12:01:00.000Z',
      minute: '2026-03-01T12:01:00.000Z',
      version: String(noon + 60_000),
    })
    const brief = rows.map(
      ({ component, name, key, value }) => `${component} ${name} ${key} ${value}`,
    )
    expect(brief).toContain('clickhouse lag_records  0')
    expect(brief).toContain('profiles oldest_waiting_offset  2')
    expect(brief.slice(-3)).toEqual([
      'profiles window_fragment  3',
      'profiles hot_fragment email:a 2',
      'profiles hot_fragment email:b 1',
    ])
  })
})
