import { expect, test } from 'vitest'
import { TributaryError } from '../errors/index.ts'
import { type EncodedRows, type EncodeRows, encodeRows } from './encode-rows.ts'
import type { SinkTrouble } from './ports.ts'
import { createTableLane, type LaneOptions } from './table-lane.ts'

interface Sent {
  readonly rows: readonly unknown[]
  readonly resolve: () => void
  readonly reject: (error: TributaryError) => void
}

/** A lane whose server is the test itself. */
function laneUnderTest(bounds: Partial<LaneOptions> = {}) {
  const sent: Sent[] = []
  const troubles: (SinkTrouble | null)[] = []
  const pauses: number[] = []
  let arrived = Promise.withResolvers<void>()
  const lane = createTableLane({
    table: 'events',
    batchRowsMax: 100,
    batchBytesMax: 10_000,
    backoffMs: { first: 10, max: 35 },
    send: (_table, pieces) =>
      new Promise((resolve, reject) => {
        sent.push({ rows: pieces.flatMap(decode), resolve, reject })
        arrived.resolve()
      }),
    pause: (ms) => {
      pauses.push(ms)
      return Promise.resolve()
    },
    onTrouble: (trouble) => troubles.push(trouble),
    ...bounds,
  })
  async function next(): Promise<Sent> {
    if (sent.length === 0) await arrived.promise
    const first = sent.shift()
    arrived = Promise.withResolvers()
    if (first === undefined) throw new Error('nothing was sent')
    return first
  }
  return { lane, next, sent, troubles, pauses }
}

const decode = ({ columns, body }: EncodedRows): unknown[] =>
  String(body)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const value: unknown = JSON.parse(line)
      return columns === null || !Array.isArray(value)
        ? value
        : Object.fromEntries(columns.map((name, i): [string, unknown] => [name, value[i]]))
    })

const row = (n: number): object => ({ n })
const refused = (): TributaryError => new TributaryError('TRB_CLICKHOUSE_REFUSED', 'bad row')
const away = (): TributaryError => new TributaryError('TRB_CLICKHOUSE_UNAVAILABLE', 'no answer')

test('callers that come while an insert is in flight share the next one', async () => {
  const { lane, next } = laneUnderTest()
  const first = lane.insert([row(1)])
  const flying = await next()
  const others = [lane.insert([row(2)]), lane.insert([row(3), row(4)])]
  flying.resolve()
  await first
  const shared = await next()
  expect(shared.rows).toEqual([row(2), row(3), row(4)])
  shared.resolve()
  await Promise.all(others)
})

test('a lane waits for rows of others before it inserts again, by how many it had the last time', async () => {
  const { lane, next, pauses } = laneUnderTest({ gatherMs: (rows) => 10 * (rows - 1) })
  for (const rows of [[row(1)], [row(2), row(3)], [row(4), row(5), row(6)], [row(7)]]) {
    const stored = lane.insert(rows)
    ;(await next()).resolve()
    await stored
  }
  expect(pauses).toEqual([10, 20])
})

test('what comes while a lane waits for more shares its insert', async () => {
  const waiting = Promise.withResolvers<void>()
  const { lane, next } = laneUnderTest({
    gatherMs: (rows) => rows,
    pause: async () => waiting.promise,
  })
  const first = lane.insert([row(1)])
  ;(await next()).resolve()
  await first
  const others = [lane.insert([row(2)]), lane.insert([row(3)])]
  waiting.resolve()
  const shared = await next()
  expect(shared.rows).toEqual([row(2), row(3)])
  shared.resolve()
  await Promise.all(others)
})

test('an insert is tried again for as long as ClickHouse is away, and health hears of it', async () => {
  const { lane, next, troubles, pauses } = laneUnderTest()
  const stored = lane.insert([row(1)])
  for (let i = 0; i < 4; i += 1) (await next()).reject(away())
  ;(await next()).resolve()
  await stored
  expect(pauses).toEqual([10, 20, 35, 35])
  expect(troubles.map((trouble) => trouble?.attempt ?? null)).toEqual([1, 2, 3, 4, null])
})

test('one caller whose rows are refused does not fail those who shared the insert', async () => {
  const { lane, next } = laneUnderTest()
  const callers = [lane.insert([row(1)]), lane.insert([row(2)])]
  const outcome = Promise.allSettled(callers)
  ;(await next()).reject(refused())
  const alone = await next()
  expect(alone.rows).toEqual([row(1)])
  alone.resolve()
  ;(await next()).reject(refused())
  expect((await outcome).map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
})

test('an insert holds no more rows than the bound', async () => {
  const { lane, next } = laneUnderTest({ batchRowsMax: 3 })
  const stored = lane.insert([1, 2, 3, 4].map(row))
  const sizes: number[] = []
  for (let i = 0; i < 2; i += 1) {
    const { rows, resolve } = await next()
    sizes.push(rows.length)
    resolve()
  }
  await stored
  expect(sizes).toEqual([3, 1])
})

test('an insert holds no more bytes than the bound, unless one row alone does', async () => {
  const { lane, next } = laneUnderTest({ batchBytesMax: 60 })
  const large = { n: 'x'.repeat(100) }
  const stored = lane.insert([row(1), large, row(2)])
  const batches: unknown[] = []
  for (let i = 0; i < 3; i += 1) {
    const { rows, resolve } = await next()
    batches.push(rows)
    resolve()
  }
  await stored
  expect(batches).toEqual([[row(1)], [large], [row(2)]])
})

test('rows with different columns do not share an insert of arrays', async () => {
  const { lane, next } = laneUnderTest()
  const callers = [lane.insert([{ a: 1 }]), lane.insert([{ b: 2 }])]
  const first = await next()
  expect(first.rows).toEqual([{ a: 1 }])
  first.resolve()
  const second = await next()
  expect(second.rows).toEqual([{ b: 2 }])
  second.resolve()
  await Promise.all(callers)
})

test('one caller may mix rows with different columns', async () => {
  const { lane, next } = laneUnderTest()
  const stored = lane.insert([{ a: 1 }, { a: 1, b: 2 }])
  const { rows, resolve } = await next()
  expect(rows).toEqual([{ a: 1 }, { a: 1, b: 2 }])
  resolve()
  await stored
})

test('close gives up what ClickHouse does not take, and who waits is told', async () => {
  const { lane, next } = laneUnderTest()
  const outcome = Promise.allSettled([lane.insert([row(1)])])
  const flying = await next()
  const late = Promise.allSettled([lane.insert([row(2)])])
  const closed = lane.close()
  flying.reject(away())
  await closed
  const codes = [...(await outcome), ...(await late)].map((one) =>
    one.status === 'rejected' && one.reason instanceof TributaryError
      ? one.reason.code
      : one.status,
  )
  expect(codes).toEqual(['TRB_SINK_CLOSED', 'TRB_SINK_CLOSED'])
})

test('an insert that hangs says so before its request times out, and when it is through', async () => {
  const slow: (() => void)[] = []
  let takenBack = 0
  const { lane, next, troubles } = laneUnderTest({
    whenSlow(tell) {
      slow.push(tell)
      return () => {
        takenBack += 1
      }
    },
  })
  const quick = lane.insert([row(1)])
  const first = await next()
  first.resolve()
  await quick
  expect([troubles, takenBack]).toEqual([[], 1])
  const inserted = lane.insert([row(2)])
  const second = await next()
  slow.at(-1)?.()
  expect(troubles).toMatchObject([{ attempt: 1, error: { code: 'TRB_CLICKHOUSE_UNAVAILABLE' } }])
  second.resolve()
  await inserted
  expect(troubles.at(-1)).toBeNull()
})

test('a large caller has one piece in the queue, encodes no more than that, and lets others in between', async () => {
  const { lane, next } = laneUnderTest({ batchRowsMax: 2 })
  let encoded = 0
  const counting: EncodeRows = (rows) => {
    encoded += rows.length
    return encodeRows(rows)
  }
  const large = lane.insert([1, 2, 3, 4, 5, 6].map(row), counting)
  const first = await next()
  // In flight, and the next one ready.
  expect([first.rows, encoded]).toEqual([[row(1), row(2)], 4])
  const small = lane.insert([row(7)])
  first.resolve()
  const inserts: unknown[] = []
  const smallDone = small.then(() => inserts.push('small is done'))
  for (let n = 0; n < 3; n += 1) {
    const { rows, resolve } = await next()
    inserts.push(rows)
    resolve()
  }
  await Promise.all([large, smallDone])
  expect(inserts).toEqual([[row(3), row(4)], [row(7)], 'small is done', [row(5), row(6)]])
})

test('a large caller whose lane closes is told, whatever of it was queued', async () => {
  const { lane, next } = laneUnderTest({ batchRowsMax: 1 })
  const outcome = Promise.allSettled([lane.insert([1, 2, 3].map(row))])
  const flying = await next()
  const closed = lane.close()
  flying.reject(away())
  await closed
  expect(await outcome).toMatchObject([{ reason: { code: 'TRB_SINK_CLOSED' } }])
})
