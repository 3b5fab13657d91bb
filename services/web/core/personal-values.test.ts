import { expect, it } from 'vitest'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { engineOf } from '../../../test/support/channel/engine-of.ts'
import { shippedDefinition } from '../../../test/support/clickhouse/definition.ts'
import { segment } from './segment.ts'

const call = (number: number, context: object, properties: object = {}) => ({
  type: 'track',
  event: 'Order Completed',
  messageId: `m${number}`,
  userId: 'u1',
  timestamp: '2026-03-01T09:00:00Z',
  context,
  properties,
})

/** What the shipped pipeline file makes of a batch, and what it counts. */
function taken(batch: readonly object[]) {
  const counted: string[] = []
  const engine = engineOf(shippedDefinition(), 'web', segment, {
    personalValue: (source, field) => counted.push(`${source} ${field}`),
  })
  const events = engine
    .process(
      { batch },
      { ...plainSource('web', 'segment'), basis: ['service'] },
      epochMs(Date.UTC(2026, 2, 1, 9, 1)),
      null,
    )
    .map((fate) => (fate.fate === 'routed' ? fate.routed.event : fate.fate))
  return { events, counted }
}

it('somebody’s address in a trait, a consent category or a property of a Segment call goes no further, and is counted without its words', () => {
  const address = 'leak@mail.example.net'
  const { events, counted } = taken([
    call(
      1,
      {
        traits: { country: address, loyalty_tier: 'gold', favourite_store: `ask ${address}` },
        consent: { categoryPreferences: { [address]: true, advertising: false } },
      },
      { order_id: '+49 151 55501077', total: 12 },
    ),
    call(2, { traits: { country: 'Deutschland' } }),
  ])
  expect(events).toMatchObject([
    { eventId: 'm1', traits: { loyalty_tier: 'gold' }, properties: { total: 12 } },
    { eventId: 'm2', traits: { country: 'DE' }, consent: { service: 'basis' } },
  ])
  expect(events[0]).toHaveProperty('consent', { service: 'basis', advertising: 'denied' })
  expect(JSON.stringify(events)).not.toMatch(/leak|55501077/)
  expect(counted.toSorted()).toEqual([
    'segment consent',
    'segment properties.order_id',
    'segment traits.country',
    'segment traits.favourite_store',
  ])
})
