import { expect, it } from 'vitest'
import { heapUsed } from '../support/heap.ts'
import { createWorld, type WorldOptions } from './world.ts'

const options: WorldOptions = {
  seed: 1,
  events: 20_000,
  people: 2_000,
  now: Date.UTC(2026, 10, 1),
  days: 150,
  encodeEnvelope: (envelope) => Buffer.from(JSON.stringify(envelope)),
}

const bytes = (seed: number) =>
  [...createWorld({ ...options, seed, events: 2_000 })].map((record) =>
    Buffer.from(record.value).toString('base64'),
  )

it('is the same world for the same seed, byte for byte, and another for another', () => {
  expect(bytes(1)).toEqual(bytes(1))
  expect(bytes(1)).not.toEqual(bytes(2))
})

it('sends what was asked for, with every kind of trouble, and each id once beside its repetitions', () => {
  const entries = [...createWorld(options)].flatMap((record) => record.entries)
  expect(entries.length).toBeGreaterThanOrEqual(options.events)
  expect(entries.length).toBeLessThan(options.events + 20)
  const fates = Map.groupBy(entries, (entry) => entry.fate)
  expect([...fates.keys()].toSorted()).toEqual([
    'applied',
    'dead_letter',
    'duplicate',
    'unattributed',
  ])
  const first = entries.filter((entry) => entry.fate === 'applied' || entry.fate === 'unattributed')
  expect(new Set(first.map((entry) => `${entry.source}/${entry.id}`)).size).toBe(first.length)
  const known = new Set(first.map((entry) => `${entry.source}/${entry.id}`))
  for (const entry of fates.get('duplicate') ?? [])
    expect(known).toContain(`${entry.source}/${entry.id}`)
})

it('lets people share devices, own several addresses and change cookies', () => {
  const entries = [...createWorld(options)].flatMap((record) => record.entries)
  expect(entries.some((entry) => entry.sharedDevice)).toBe(true)
  const perPerson = Map.groupBy(
    entries.flatMap((e) =>
      e.person === null
        ? []
        : e.identifiers.map(([type, value]) => ({ person: e.person, type, value })),
    ),
    (i) => `${i.person}/${i.type}`,
  )
  const most = (type: string) =>
    Math.max(
      ...[...perPerson]
        .filter(([key]) => key.endsWith(`/${type}`))
        .map(([, list]) => new Set(list.map((i) => i.value)).size),
    )
  expect(most('email')).toBeGreaterThanOrEqual(2)
  expect(most('anonymous_id')).toBeGreaterThan(2)
})

it('needs no more memory for many events than for few', () => {
  const world = createWorld({ ...options, events: 1_000_000 })
  const take = (events: number): void => {
    for (let taken = 0; taken < events; taken++) world.next()
  }
  take(10_000)
  const before = heapUsed()
  take(150_000)
  // Without collecting, garbage alone would be hundreds of megabytes; what stays is caches that are full by then.
  expect((heapUsed() - before) / 2 ** 20).toBeLessThan(10)
})
