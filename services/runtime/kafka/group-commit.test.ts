import { expect, it } from 'vitest'
import {
  createGroupCommitQueue,
  type RequestLimits,
  requestLimits,
  sizeOf,
} from './group-commit.ts'

const one = [{ topic: 't', records: [{ key: null, value: new Uint8Array(1) }] }]

it('takes a send at any moment around the end of an earlier one', async () => {
  for (let turns = 0; turns < 12; turns += 1) {
    let written = 0
    const queue = createGroupCommitQueue(async () => {
      written += 1
      await Promise.resolve()
    })
    const first = queue.send(one)
    // Each number of microtasks in between meets another step of the queue's loop.
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
    await Promise.all([first, queue.send(one)])
    expect(written).toBeGreaterThan(0)
  }
})

it('rejects what waits and what is under way when nobody may wait any longer, and does not wait itself', async () => {
  const queue = createGroupCommitQueue(async () => new Promise(() => undefined))
  const underWay = queue.send(one)
  await Promise.resolve()
  await Promise.resolve()
  const waiting = queue.send(one)
  queue.abandon()
  const dead = { code: 'TRB_PRODUCER_DEAD' }
  await expect(underWay).rejects.toMatchObject(dead)
  await expect(waiting).rejects.toMatchObject(dead)
  await expect(queue.send(one)).rejects.toMatchObject(dead)
  await queue.drain()
})

const record = (key: string, bytes = 1) => ({
  key: Buffer.from(key),
  value: new Uint8Array(bytes),
})

/** A queue whose broker is the test: what it was given, and how to acknowledge it. */
function queueUnderTest(limits: Partial<RequestLimits> = {}) {
  const requests: { readonly keys: readonly string[]; readonly acknowledge: () => void }[] = []
  const queue = createGroupCommitQueue(
    async (request) =>
      new Promise((resolve) => {
        const keys = request.flatMap(({ records }) => records.map(({ key }) => String(key)))
        requests.push({ keys, acknowledge: resolve })
      }),
    { ...requestLimits, ...limits },
  )
  const send = async (...records: readonly ReturnType<typeof record>[]): Promise<void> =>
    queue.send([{ topic: 't', records }])
  const next = async (): Promise<readonly string[]> => {
    while (requests.length === 0) await new Promise(setImmediate)
    const request = requests.shift()
    request?.acknowledge()
    return request?.keys ?? []
  }
  return { queue, requests, send, next }
}

/** A record with a key of one letter and so many bytes is counted as that many more. */
const overhead = 65

it('a request has as many records as its limit, and the next one the rest, in their order', async () => {
  const { next, send } = queueUnderTest({ recordsMax: 2 })
  const sent = send(record('a'), record('b'), record('c'))
  expect([await next(), await next()]).toEqual([['a', 'b'], ['c']])
  await sent
})

it('a request has as many bytes as its limit, unless one record alone has more', async () => {
  const { next, send } = queueUnderTest({ bytesMax: 2 * (overhead + 10) })
  const sent = send(record('a', 10), record('b', 10), record('c', 500), record('d', 10))
  expect([await next(), await next(), await next()]).toEqual([['a', 'b'], ['c'], ['d']])
  await sent
})

it('a record at its limit is sent, and one of a byte more is refused before anything of its send is', async () => {
  const { next, send, requests } = queueUnderTest({ recordBytesMax: overhead + 10 })
  await expect(send(record('a', 10), record('b', 11))).rejects.toMatchObject({
    code: 'TRB_RECORD_TOO_LARGE',
  })
  expect(requests).toEqual([])
  const sent = send(record('a', 10))
  expect(await next()).toEqual(['a'])
  await sent
})

it('beyond what may be queued a send waits outside, keeps its turn, and comes when there is room', async () => {
  const { next, send, queue } = queueUnderTest({ queuedBytesMax: 2 * (overhead + 10) })
  const sent = [
    send(record('a', 10), record('b', 10)),
    send(record('c', 10)),
    send(record('d', 10)),
  ]
  expect(await next()).toEqual(['a', 'b'])
  // What waited outside is in time for the very next request; drain waits for it too.
  const drained = queue.drain()
  expect(await next()).toEqual(['c', 'd'])
  await Promise.all([...sent, drained])
})

it('who waits for room is rejected too when a send fails for good', async () => {
  const queue = createGroupCommitQueue(async () => Promise.reject(new Error('gone')), {
    ...requestLimits,
    queuedBytesMax: 1,
  })
  const outcomes = await Promise.allSettled([queue.send(one), queue.send(one), queue.send(one)])
  expect(outcomes).toMatchObject(
    outcomes.map(() => ({ status: 'rejected', reason: { code: 'TRB_PRODUCER_DEAD' } })),
  )
})

it('counts the texts of headers as the UTF-8 that they are sent as', () => {
  const bare = sizeOf({ key: null, value: null })
  expect(sizeOf({ key: null, value: null, headers: { '€': 'ä' } })).toBe(bare + 5)
})
