import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { OutgoingBatch } from '#runtime/kafka/ports.ts'
import type { WorldRecord } from '../../world/ledger.ts'
import { createWorld } from '../../world/world.ts'
import { packWorld, type Parcel, readParcels } from './parcels.ts'
import { createParcelSender } from './send-parcels.ts'

const parcel = (events: number): Parcel => ({
  events,
  ledgerEnd: events,
  records: [{ topic: 'channel.web', headers: {}, value: '' }],
})

/** Parcels of ten events; each send takes as long as it is told to. */
function scene(count: number, sendMs: (sends: number) => number) {
  const clock = { ms: 0 }
  const sends: { readonly at: number; readonly records: number }[] = []
  const stopping = new AbortController()
  const sender = createParcelSender(
    (async function* () {
      await Promise.resolve()
      for (let n = 0; n < count; n += 1) yield parcel(10)
    })(),
    {
      now: () => clock.ms,
      pause: async (ms) => {
        clock.ms += ms
        await Promise.resolve()
      },
      producer: {
        async send(batches: readonly OutgoingBatch[]) {
          const records = batches.reduce((sum, batch) => sum + batch.records.length, 0)
          sends.push({ at: clock.ms, records })
          clock.ms += sendMs(sends.length)
          await Promise.resolve()
        },
      },
      onSent: () => undefined,
    },
  )
  return { clock, sender, sends, stopping }
}

test('every parcel goes at its own time, and the rate is the one that was asked for', async () => {
  const { sender, sends, stopping } = scene(100, () => 0)
  const figures = await sender.keepPace(1000, stopping.signal)
  expect(sends.slice(0, 3).map(({ at }) => at)).toEqual([0, 10, 20])
  expect(sends).toHaveLength(100)
  expect(figures).toEqual({
    events: 1000,
    seconds: 1,
    eventsPerSecond: 1010,
    lateMs: { p50: 0, p99: 0, max: 0 },
  })
})

test('what a slow broker holds up is sent afterwards, together, and its lateness is told: the times are kept, not the intervals', async () => {
  const { sender, sends, stopping } = scene(100, (n) => (n === 3 ? 205 : 0))
  const figures = await sender.keepPace(1000, stopping.signal)
  expect(sends.slice(1, 5)).toEqual([
    { at: 10, records: 1 },
    { at: 20, records: 1 },
    { at: 225, records: 20 },
    { at: 230, records: 1 },
  ])
  expect(figures).toMatchObject({ events: 1000, lateMs: { p50: 0, max: 205 } })
})

test('a broker that is too slow for the rate is a lower rate, and not an answer of the sender', async () => {
  const { sender, stopping } = scene(20_000, () => 2000)
  const figures = await sender.keepPace(20_000, stopping.signal)
  expect(figures.eventsPerSecond).toBeLessThan(6000)
  expect(figures.lateMs.max).toBeGreaterThan(10_000)
})

test('a burst ends behind the event that was asked for, the pace goes on from there', async () => {
  const { clock, sender, stopping } = scene(10, () => 1)
  await sender.burst(25)
  expect(sender.sent()).toEqual({ events: 30, ledgerBytes: 10 })
  clock.ms = 5000
  const figures = await sender.keepPace(1000, stopping.signal)
  expect(figures.events).toBe(70)
  expect(sender.isOver()).toBe(true)
})

const world = (): Iterable<WorldRecord> =>
  createWorld({
    seed: 5,
    events: 900,
    people: 60,
    now: Date.UTC(2026, 5, 1),
    days: 30,
    encodeEnvelope: () => Buffer.from([0, 1, 2]),
  })

test('a packed world is the world, and its ledger can be cut behind any parcel', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tributary-parcels-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const files = { parcels: join(directory, 'parcels'), ledger: join(directory, 'ledger') }
  const events = await packWorld(world(), files, {
    topicName: (topic) => `p.${topic}`,
    eventsPerParcel: 50,
  })
  const parcels: Parcel[] = []
  for await (const one of readParcels(files.parcels)) parcels.push(one)
  const all = [...world()]
  expect(parcels.reduce((sum, one) => sum + one.events, 0)).toBe(events)
  expect(
    parcels.flatMap(({ records }) => records.map(({ topic, value }) => [topic, value])),
  ).toEqual(all.map(({ topic, value }) => [`p.${topic}`, Buffer.from(value).toString('base64')]))
  const ledger = readFileSync(files.ledger)
  const third = parcels.slice(0, 3)
  const cut = ledger.subarray(0, third.at(-1)?.ledgerEnd).toString('utf8')
  expect(cut.trimEnd().split('\n')).toEqual(
    all
      .flatMap(({ entries }) => entries)
      .slice(
        0,
        third.reduce((sum, one) => sum + one.events, 0),
      )
      .map((entry) => JSON.stringify(entry)),
  )
})
