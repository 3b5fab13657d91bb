import { expect, it } from 'vitest'
import { testIdentity } from '../../../../test/support/channel/golden.ts'
import { epochMs } from '../../event/ids.ts'
import { createNormaliser } from '../shell/create-normaliser.ts'
import { isFields } from './fields.ts'
import { envelope } from './envelope/envelope.ts'
import type { Outcome, Tally } from './outcome.ts'
import { silentTally } from './outcome.ts'
import { plainSource } from './settings.ts'
import type { SourceSettings } from './source.ts'

const now = epochMs(Date.UTC(2026, 0, 2))
const one = (
  event: object,
  source: Partial<SourceSettings> = {},
  tally: Tally = silentTally,
): Outcome | undefined =>
  createNormaliser({
    vendors: [envelope],
    definition: { identity: testIdentity },
    tally,
  }).normalise(
    {
      type: 'page_viewed',
      occurred_at: '2026-01-01T00:00:00Z',
      identifiers: { user_id: 'u' },
      ...event,
    },
    { ...plainSource('web', 'tributary', 'shop'), ...source },
    now,
  )[0]
const reason = (outcome: Outcome | undefined): string =>
  outcome?.outcome === 'dead_letter' ? outcome.reason : (outcome?.outcome ?? 'nothing')
const eventOf = (outcome: Outcome | undefined) => (outcome?.outcome === 'ok' ? outcome.event : null)

it('drops sensitive attributes by name, wherever they stand, and counts them by name', () => {
  const counted: string[] = []
  const outcome = one(
    {
      traits: { Religion: 'x', city: 'Berlin', 'health-status': 'y' },
      properties: {
        total: 1,
        password: 'p',
        card: { 'Credit Card Number': '4111', brand: 'V' },
        lines: [{ iban: 'DE', sku: 1 }],
      },
    },
    {},
    { ...silentTally, sensitiveField: (_, field) => counted.push(field) },
  )
  expect(eventOf(outcome)).toMatchObject({
    traits: { city: 'Berlin' },
    properties: { total: 1, card: { brand: 'V' }, lines: [{ sku: 1 }] },
  })
  expect(JSON.stringify(outcome)).not.toMatch(/4111|DE|password/)
  expect(counted.toSorted()).toEqual([
    'Credit Card Number',
    'Religion',
    'health-status',
    'iban',
    'password',
  ])
})

it('drops what the pipeline file calls sensitive, too', () => {
  const normaliser = createNormaliser({
    vendors: [envelope],
    definition: { identity: testIdentity, sensitive: ['shoe size', '/^internal_/'] },
  })
  const [outcome] = normaliser.normalise(
    {
      type: 'page_viewed',
      occurred_at: '2026-01-01T00:00:00Z',
      traits: { shoeSize: 44, city: 'Berlin' },
      properties: { internal_note: 'x', deep: [{ internal_id: 1, sku: 2 }] },
    },
    plainSource('web', 'tributary'),
    now,
  )
  expect(eventOf(outcome)).toMatchObject({
    traits: { city: 'Berlin' },
    properties: { deep: [{ sku: 2 }] },
  })
  expect(JSON.stringify(outcome)).not.toContain('internal')
})

it('takes a type or a machine’s reason that holds an address for a word of its own', () => {
  const outcome = one({ type: 'asked ada@shop.test', machine: 'by ada@shop.test' })
  expect(eventOf(outcome)).toMatchObject({ type: 'custom:personal', machine: 'personal' })
  expect(eventOf(one({ machine: 'prefetch' }))).toMatchObject({ machine: 'prefetch' })
})

it('knows an event without an id by its content, whenever it comes and in whatever order its fields stand', () => {
  const id = (event: object) => eventOf(one(event))?.eventId
  const first = id({ properties: { a: 1, b: { c: 2, d: 3 } } })
  expect(id({ properties: { b: { d: 3, c: 2 }, a: 1 } })).toBe(first)
  expect(id({ properties: { a: 1, b: { c: 2, d: 4 } } })).not.toBe(first)
  expect(
    id({ identifiers: { user_id: 'other' }, properties: { a: 1, b: { c: 2, d: 3 } } }),
  ).not.toBe(first)
  expect(reason(one({}, { contentIds: false }))).toBe('missing_event_id')
})

const texts = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`t${n}`, 'x'.repeat(16_384)]))

const names = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, 'granted']))

it('has a limit on everything: what is just within passes, what is just beyond is a dead letter', () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : { n: nested(depth - 1) })
  expect(reason(one({ properties: { deep: nested(16) } }))).toBe('ok')
  expect(reason(one({ properties: { deep: nested(17) } }))).toBe('too_deep')
  expect(reason(one({ properties: { text: 'x'.repeat(16_384) } }))).toBe('ok')
  expect(reason(one({ properties: { text: 'x'.repeat(16_385) } }))).toBe('string_too_long')
  expect(reason(one({ traits: { text: 'x'.repeat(16_385) } }))).toBe('string_too_long')
  expect(reason(one({ event_id: 'x'.repeat(512) }))).toBe('ok')
  expect(reason(one({ event_id: 'x'.repeat(513) }))).toBe('event_id_too_long')
  expect(reason(one({ properties: texts(4) }))).toBe('ok')
  expect(reason(one({ properties: texts(5) }))).toBe('event_too_large')
  expect(reason(one({ traits: texts(5) }))).toBe('event_too_large')
  expect(reason(one({ properties: { list: Array.from({ length: 1999 }, () => 0) } }))).toBe('ok')
  expect(reason(one({ properties: { list: Array.from({ length: 2000 }, () => 0) } }))).toBe(
    'event_too_large',
  )
  expect(reason(one({ consent: names(500) }))).toBe('ok')
  expect(reason(one({ consent: names(501) }))).toBe('event_too_large')
  expect(reason(one({ traits: { ['n'.repeat(257)]: 1 } }))).toBe('string_too_long')
})

it('refuses a record of more events than any batch has', () => {
  const normaliser = createNormaliser({
    vendors: [envelope],
    definition: { identity: testIdentity },
  })
  const source = plainSource('web', 'tributary')
  const count = (events: number) =>
    normaliser.normalise(
      Array.from({ length: events }, () => 0),
      source,
      now,
    )
  expect(count(10_000)).toHaveLength(10_000)
  expect(count(10_001)).toMatchObject([{ index: null, reason: 'too_many_events' }])
})

it('lets no field of a record reach a prototype', () => {
  const hostile: unknown = JSON.parse(
    '{"properties":{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}},"traits":{"__proto__":"x","constructor":"y"},"consent":{"__proto__":"granted"},"identifiers":{"__proto__":"z","user_id":"u"}}',
  )
  const event = eventOf(one(isFields(hostile) ? hostile : {}))
  expect(event?.properties).toEqual({ a: {} })
  expect(Object.keys(event?.traits ?? {})).toEqual([])
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

const clock = (occurred_at: string, timeZone: string) => one({ occurred_at }, { timeZone })

it('reads a clock without an offset in the zone of its source, and says when that zone must be wrong', () => {
  expect(eventOf(clock('2026-01-01T10:00:00', 'UTC'))?.occurredAt).toBe(Date.UTC(2026, 0, 1, 10))
  expect(eventOf(clock('2026-01-01 10:00:00', 'Europe/Berlin'))?.occurredAt).toBe(
    Date.UTC(2026, 0, 1, 9),
  )
  expect(eventOf(clock('2026-01-01T10:00:00Z', 'Europe/Berlin'))?.occurredAt).toBe(
    Date.UTC(2026, 0, 1, 10),
  )
  expect(reason(clock('2026-01-02T01:00:00', 'UTC'))).toBe('wrong_time_zone')
  expect(reason(clock('2026-01-02T01:00:00', 'Europe/Berlin'))).toBe('ok')
  expect(reason(clock('2026-01-02T01:00:00Z', 'Europe/Berlin'))).toBe('future_event_time')
  expect(reason(clock('2026-01-02T15:00:00', 'UTC'))).toBe('future_event_time')
})

it('adds the basis that the source states, which any answer wins over', () => {
  const basis = ['service', 'analytics']
  expect(eventOf(one({ consent: { analytics: 'denied' } }, { basis }))?.consent).toEqual({
    service: 'basis',
    analytics: 'denied',
  })
})
