/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { beforeEach, expect, test } from 'vitest'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { createMemoryKafka } from '#runtime/kafka/memory/client.ts'
import type { OutgoingRecord, PartitionReader, Producer } from '#runtime/kafka/ports.ts'
import {
  aboutKey,
  createMasterKeys,
  type DataKeyId,
  keyRecord,
  keyTombstone,
} from '#runtime/keys/data-keys/index.ts'
import { type FoundKey, readDataKeys } from './read-data-keys.ts'
import { rotate } from './rotate.ts'
import { writeAnew } from './write-anew.ts'

const topic = 'privacy.keys'
const count = 2500
const before = createMasterKeys([new Uint8Array(32).fill(1)])
const after = createMasterKeys([2, 1].map((n) => new Uint8Array(32).fill(n)))

const made = Array.from({ length: count }, (_, n) => {
  const fragment = `email:${String(n).padStart(22, 'a')}` as FragmentId
  const id = String(n).padStart(22, 'A') as DataKeyId
  const wrapped = before.wrap(new Uint8Array(32).fill(7), aboutKey(fragment, id))
  return keyRecord({ fragment, id, master: before.current, wrapped, madeAt: epochMs(1000) })
})

let producer: Producer
let reader: PartitionReader
let told: AbortController
beforeEach(async () => {
  const client = createMemoryKafka({ now: () => epochMs(2000) }).client()
  const admin = await client.admin()
  await admin.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }])
  producer = await client.producer()
  reader = client.reader()
  await producer.send([{ topic, records: made }])
  told = new AbortController()
})

const found = async (): Promise<readonly FoundKey[]> => [
  ...(await readDataKeys(reader, topic)).keys.values(),
]
const anew = (keys: readonly FoundKey[]): readonly OutgoingRecord[] =>
  keys.flatMap((key) => {
    const turn = rotate(key, after, () => undefined)
    return turn.turn === 'wrapped' ? [turn.record] : []
  })
const byNew = async (): Promise<number> =>
  (await found()).filter(({ master }) => master === after.current).length

async function write(keys: readonly FoundKey[], atProgress: (done: number) => void = () => {}) {
  const deps = { producer, reader, topic, signal: told.signal, progress: atProgress }
  return writeAnew(anew(keys), keys, deps)
}

test('all keys are written, a thousand at a time', async () => {
  const steps: number[] = []
  expect(await write(await found(), (done) => void steps.push(done))).toBe(0)
  expect([steps, await byNew()]).toEqual([[1000, 2000, 2500], 2500])
})

test('told to end it stops behind the send under way, and says how far it came; the next rotation does the rest', async () => {
  const keys = await found()
  await expect(
    write(keys, () => {
      told.abort()
    }),
  ).rejects.toMatchObject({
    code: 'TRB_INTERRUPTED',
    message: 'told to end before the work was done: 1000 of 2500 data keys were written anew',
    hint: 'The same command goes on with the others.',
  })
  expect(await byNew()).toBe(1000)
  told = new AbortController()
  const left = (await found()).filter(({ master }) => master !== after.current)
  await write(left)
  expect([left.length, await byNew()]).toEqual([1500, 2500])
})

test('told before it began it writes nothing; told with the last send it is done', async () => {
  told.abort()
  await expect(write(await found())).rejects.toThrow('0 of 2500')
  expect(await byNew()).toBe(0)
  told = new AbortController()
  const keys = await found()
  await write(keys, (done) => {
    if (done === count) told.abort()
  })
  expect(await byNew()).toBe(2500)
})

test('a key that was destroyed meanwhile does not come back, also where it is told to end', async () => {
  const keys = await found()
  const [first] = keys
  if (first === undefined) throw new Error('no keys')
  await producer.send([{ topic, records: [keyTombstone(first.fragment, first.id)] }])
  await expect(
    write(keys, () => {
      told.abort()
    }),
  ).rejects.toThrow('1000 of 2500')
  expect((await found()).some(({ id }) => id === first.id)).toBe(false)
  expect(await byNew()).toBe(999)
})
