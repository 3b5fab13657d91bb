import { describe, expect, it } from 'vitest'
import { mapSchema } from '../../../definition/map-schema.ts'
import { createCopier } from '../fields.ts'
import { defaultLimits } from '../limits.ts'
import { compileMap } from './compile-map.ts'
import { compilePath } from './path.ts'

const context = { copier: () => createCopier(defaultLimits, () => false) }
const base = {
  type: { field: 'kind', table: { sale: 'order_completed', return: 'order_refunded' } },
  occurred_at: { path: 'at', format: 'yyyy-MM-dd HH:mm:ss', zone: 'Europe/Berlin' },
  identifiers: [
    { type: 'loyalty_card', path: 'card' },
    { type: 'email', path: 'customer.emails' },
  ],
}
const read = (map: object, entry: unknown) =>
  compileMap(mapSchema.parse({ ...base, ...map })).draft(entry, context)
const sale = {
  kind: 'sale',
  at: '2026-03-29 03:00:00',
  card: 4711,
  customer: { emails: ['a@x.de', 'b@x.de'] },
}

const draft = (map: object, at: unknown, timeZone?: string) =>
  compileMap(mapSchema.parse(map), timeZone).draft({ ...sale, at }, context)

describe('a map', () => {
  it('reads types by a table, times in their zone, identifiers as text, lists of them too', () => {
    expect(read({}, sale)).toMatchObject({
      type: 'order_completed',
      occurredAt: Date.UTC(2026, 2, 29, 1),
      identifiers: [
        { type: 'loyalty_card', value: '4711' },
        { type: 'email', value: 'a@x.de' },
        { type: 'email', value: 'b@x.de' },
      ],
      eventId: null,
    })
  })
  it('says which times stated no offset; its own zone comes before that of its source', () => {
    const iso = { ...base, occurred_at: { path: 'at', format: 'iso' } }
    const noon = Date.UTC(2026, 0, 1, 12)
    expect(draft(iso, '2026-01-01T12:00:00')).toMatchObject({ occurredAt: noon, zoneless: true })
    expect(draft(iso, '2026-01-01T13:00:00', 'Europe/Berlin')).toMatchObject({
      occurredAt: noon,
      zoneless: true,
    })
    expect(draft(iso, '2026-01-01T12:00:00Z', 'Europe/Berlin')).toMatchObject({
      occurredAt: noon,
      zoneless: false,
    })
    expect(draft(iso, noon)).toMatchObject({ occurredAt: noon, zoneless: false })
    expect(draft(base, '2026-01-01 13:00:00', 'America/New_York')).toMatchObject({
      occurredAt: noon,
      zoneless: true,
    })
  })
  it('keeps a value outside of the table as a custom type, and counts it', () => {
    expect(read({}, { ...sale, kind: 'gift' })).toMatchObject({
      type: 'custom:gift',
      unknownType: 'gift',
    })
    expect(read({ type: 'kind' }, { ...sale, kind: 'ticket_opened' })).toMatchObject({
      type: 'ticket_opened',
      unknownType: null,
    })
  })
  it('reads cells as the type they are said to have, and money with its currency', () => {
    const properties = {
      total: { path: 'amount', currency: 'EUR' },
      items: { path: 'n', type: 'number' },
      gift: { path: 'gift', type: 'boolean' },
      shop: { const: 'Berlin' },
      lines: 'lines',
      nothing: 'empty',
    }
    expect(
      read(
        { properties },
        { ...sale, amount: '12.50', n: ' 3 ', gift: 'Yes', lines: [{ sku: 1 }], empty: '' },
      ),
    ).toMatchObject({
      properties: {
        total: 12.5,
        items: 3,
        gift: true,
        shop: 'Berlin',
        lines: [{ sku: 1 }],
        currency: 'EUR',
      },
    })
    expect(read({ properties }, { ...sale, amount: '12,50' })).toEqual({
      reject: 'invalid_field',
      detail: 'amount is no number',
    })
  })
  it('states a basis where there is no answer, and lets the answer win', () => {
    const consent = {
      marketing: { path: 'optin', table: { J: 'granted', N: 'denied' } },
      analytics: 'stats',
    }
    const map = { consent, basis: { analytics: 'Legitimate interest', service: 'Contract' } }
    expect(read(map, { ...sale, optin: 'N' })).toMatchObject({
      consent: { marketing: 'denied', analytics: 'basis', service: 'basis' },
    })
    expect(read(map, { ...sale, stats: 'no' })).toMatchObject({
      consent: { analytics: 'denied', service: 'basis' },
    })
  })
  it('says what is missing by its path', () => {
    expect(read({}, { ...sale, at: '' })).toEqual({
      reject: 'missing_time',
      detail: 'at is missing',
    })
    expect(read({}, { ...sale, kind: null })).toEqual({ reject: 'missing_field', detail: 'kind' })
    expect(read({}, { ...sale, card: 2 ** 60 })).toMatchObject({ reject: 'unsafe_number' })
  })
  it('finds several events in one record', () => {
    const compiled = compileMap(mapSchema.parse({ ...base, records: 'payload.rows' }))
    expect(compiled.split({ payload: { rows: [sale, sale] } })).toHaveLength(2)
    expect(compiled.split([{ payload: { rows: [sale] } }, { payload: { rows: [] } }])).toHaveLength(
      1,
    )
    expect(compiled.split({ payload: {} })).toMatchObject({ reject: 'unexpected_shape' })
  })
})

describe('a path', () => {
  it('goes through names and places, and prefers a key that is written like it', () => {
    const record = { a: { b: [{ c: 1 }] }, 'order.total': 2, x: { 'y.z': 3 } }
    expect(compilePath('a.b.0.c')(record)).toBe(1)
    expect(compilePath('order.total')(record)).toBe(2)
    expect(compilePath('x.y.z')(record)).toBe(3)
    expect(compilePath('a.b.9.c')(record)).toBeUndefined()
    expect(compilePath('a.b.length')(record)).toBeUndefined()
    expect(compilePath('constructor.name')(record)).toBeUndefined()
    expect(compilePath('__proto__')({})).toBeUndefined()
  })
})
