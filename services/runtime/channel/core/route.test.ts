import { expect, it } from 'vitest'
import type { CanonicalEvent, Identifier } from '../../event/event.ts'
import { epochMs } from '../../event/ids.ts'
import {
  createPseudonymiser,
  eventKeyOf,
  homeOf,
  partitionOfEvent,
} from '../../pseudonym/pseudonym.ts'
import { createForwarder } from './forward.ts'
import { silentTally } from './outcome.ts'
import { createRouter } from './route.ts'

const pseudonymiser = createPseudonymiser(new Uint8Array(32).fill(3))
const forwarder = createForwarder(
  {
    properties: [['total'], ['address', 'city'], ['lines', 'sku'], ['campaign'], ['message_id']],
    inClear: new Set(['message_id']),
    sealed: new Set<string>(),
    sealedTraits: new Set<string>(),
    traits: new Map([
      ['tier', 'loyalty_tier'],
      ['loyalty_tier', 'loyalty_tier'],
      ['logins', 'logins'],
    ]),
  },
  new Map([
    ['loyalty_tier', 'string'],
    ['logins', 'number'],
  ]),
)
const counted: string[] = []
const router = createRouter({
  pseudonymiser,
  types: ['user_id', 'email', 'anonymous_id'],
  partitions: 8,
  forwarder,
  suppressed: () => undefined,
  tally: { ...silentTally, personalValue: (source, field) => counted.push(`${source} ${field}`) },
})

const identifier = (type: string, value: string, blocked: string | null = null): Identifier => ({
  type,
  value,
  blocked,
  flags: [],
})
const event = (
  identifiers: readonly Identifier[],
  more: Partial<CanonicalEvent> = {},
): CanonicalEvent => ({
  eventId: 'e',
  channel: 'web',
  source: 'shop',
  type: 'page_viewed',
  occurredAt: epochMs(1),
  receivedAt: epochMs(2),
  identifiers,
  traits: {},
  traitKind: 'observed',
  party: 'first',
  consent: {},
  machine: null,
  schemaId: null,
  unknownType: false,
  flags: [],
  properties: {},
  ...more,
})
const route = (identifiers: readonly Identifier[], more: Partial<CanonicalEvent> = {}) => {
  const routed = router.route(event(identifiers, more))
  if (routed === 'erased') throw new Error('erased')
  return routed
}

it('gives an event to its best usable identifier, whatever order the source wrote them in', () => {
  const id = pseudonymiser.fragmentId('email', 'a@b.de')
  const given = [
    identifier('anonymous_id', 'x'),
    identifier('email', 'a@b.de'),
    identifier('user_id', 'null', 'builtin:null'),
  ]
  for (const order of [given, given.toReversed()]) {
    const routed = route(order)
    expect(routed.event.fragment).toBe(id)
    expect(routed.partition).toBe(homeOf(id, 8))
    expect(
      routed.event.identifiers.map(({ id: each, blocked }) => [each.split(':')[0], blocked]),
    ).toEqual([
      ['user_id', 'builtin:null'],
      ['email', null],
      ['anonymous_id', null],
    ])
  }
})

it('takes the smaller pseudonym of two of one type', () => {
  const ids = ['1', '2', '3'].map((value) => pseudonymiser.fragmentId('email', value)).toSorted()
  expect(route(['3', '1', '2'].map((value) => identifier('email', value))).event.fragment).toBe(
    ids[0],
  )
})

it('routes an event without usable identifier by its id, and types that the policy does not know go no further', () => {
  const routed = route([identifier('user_id', '0', 'builtin:0'), identifier('shoe_size', '42')])
  expect(routed.event.fragment).toBeNull()
  expect(routed.event.identifiers).toHaveLength(1)
  expect(routed.partition).toBe(partitionOfEvent(eventKeyOf('shop', 'e'), 8))
})

it('keeps of properties and traits what the definition reads, typed as it says', () => {
  const { event: routed } = route([], {
    properties: {
      total: 1,
      note: 'Anna',
      address: { city: 'Berlin', street: 'x' },
      lines: [{ sku: 1, gift_to: 'Bob' }],
    },
    traits: { tier: 'gold', logins: '12', first_name: 'Anna' },
  })
  expect(routed.properties).toEqual({
    total: 1,
    address: { city: 'Berlin' },
    lines: [{ sku: 1 }],
  })
  expect(routed.traits).toEqual({ loyalty_tier: 'gold', logins: 12 })
  expect(route([], { traits: { logins: 'many' } }).event.traits).toEqual({})
})

it('keeps back an address where a property should be, but for what the file keeps as it is', () => {
  const { event: routed } = route([], {
    properties: {
      total: 'ada@mail.example.net',
      campaign: 'spring',
      lines: [{ sku: { 'ada@mail.example.net': 1, size: 'M' } }, { sku: '+49 151 55501077' }],
      message_id: '1@mx.example.net',
    },
  })
  expect(routed.properties).toEqual({
    campaign: 'spring',
    lines: [{ sku: { size: 'M' } }, null],
    message_id: '1@mx.example.net',
  })
})

it('counts what it keeps back by source and place, a name of a purpose as consent', () => {
  counted.length = 0
  const { event: routed } = route([], {
    properties: { total: 'ada@mail.example.net', lines: [{ sku: ['a@b.de', 'S'] }] },
    traits: { tier: 'ada@mail.example.net', logins: 3 },
    consent: { 'ada@mail.example.net': 'granted', 'group:+4915155501077': 'denied', ads: 'denied' },
  })
  expect(routed.consent).toEqual({ ads: 'denied' })
  expect(routed.traits).toEqual({ logins: 3 })
  expect(counted.toSorted()).toEqual([
    'shop consent',
    'shop consent',
    'shop properties.lines.sku',
    'shop properties.total',
    'shop traits.loyalty_tier',
  ])
})

it('hands on answers that name nobody as the one object that they came as', () => {
  const consent = Object.freeze({ service: 'basis' } as const)
  for (const _ of [1, 2]) expect(route([], { consent }).event.consent).toBe(consent)
  const other = { service: 'basis', ads: 'denied' } as const
  expect(route([], { consent: other }).event.consent).toBe(other)
})

it('takes the name of a source that is an address for a pseudonym, so that its ids stay its own', () => {
  const { event: routed } = route([], { source: 'ada@mail.example.net' })
  expect(routed.source).toBe(pseudonymiser.fragmentId('source', 'ada@mail.example.net'))
  expect(routed.eventKey).toBe(eventKeyOf(routed.source, 'e'))
})

it('takes an id made of an address for a pseudonym, the same at every delivery', () => {
  const [first, again] = [1, 2].map(
    (receivedAt) =>
      route([], { eventId: 'ada@mail.example.net/7', receivedAt: epochMs(receivedAt) }).event,
  )
  expect(first?.eventId).toBe(pseudonymiser.fragmentId('event_id', 'ada@mail.example.net/7'))
  expect(again?.eventKey).toBe(first?.eventKey)
  expect(route([], { eventId: 'e-1' }).event.eventId).toBe('e-1')
})

it('hands on no half of a surrogate pair, which UTF-8 has no bytes for; of two purposes that become one a refusal counts', () => {
  const { event: routed } = route([], {
    eventId: 'e\ud800',
    source: 'shop\udc00',
    traits: { tier: 'gold\ud83d' },
    consent: { 'a\ud800': 'denied', 'a\udbff': 'granted', 'b😀': 'granted' },
  })
  expect(routed).toMatchObject({
    eventId: 'e\ufffd',
    source: 'shop\ufffd',
    traits: { loyalty_tier: 'gold\ufffd' },
    consent: { 'a\ufffd': 'denied', 'b😀': 'granted' },
  })
  expect(routed.eventKey).toBe(eventKeyOf('shop\ufffd', 'e\ufffd'))
})
