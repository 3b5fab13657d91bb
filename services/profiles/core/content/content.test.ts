import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RoutedEvent } from '#runtime/event/event.ts'
import { epochMs } from '#runtime/event/ids.ts'
import {
  testDefinition,
  testEvent,
  testEventKey,
  testFeature,
  testTrait,
} from '../features/testing.ts'
import { profileRow } from '../rows/profile-row.ts'
import type { FragmentContent } from '../state.ts'
import { applyEvent, changedBy } from './apply-event.ts'
import { clearContent, emptyContent, isEmpty } from './content.ts'
import { allParts, partOf, replaceParts } from './parts.ts'
import { RejectedMessage } from './rejected-message.ts'
import { sumContents } from './sum-contents.ts'

const score = testFeature('decayed_sum')
const orders = testFeature('count')
const revenue = testFeature('sum', { currency: 'EUR' })
const categories = testFeature('decayed_topk', { value: () => 1 })
const definition = testDefinition({
  features: [score, orders, revenue, categories],
  traits: [testTrait('city')],
})

const order = (at: number, value: number, overrides: Partial<RoutedEvent> = {}): RoutedEvent =>
  testEvent({ occurredAt: epochMs(at), properties: { value, key: 'shoes' }, ...overrides })

function contentOf(...events: readonly RoutedEvent[]): FragmentContent {
  const content = emptyContent()
  for (const event of events) applyEvent(content, event, definition)
  return content
}

/** A content as one JSON value, parts by name. */
const contentToJson = (content: FragmentContent): Record<string, unknown> =>
  Object.fromEntries(allParts(content).map(({ name, state }) => [name, state]))

const text = (from: FragmentContent): string => JSON.stringify(contentToJson(from))

describe('applying an event', () => {
  test('says which parts it changed', () => {
    const content = emptyContent()
    const changed = applyEvent(
      content,
      order(1, 5, { traits: { city: 'Jena', unknown: 'x' }, consent: { analytics: 'granted' } }),
      definition,
    )
    expect([...changed].toSorted()).toEqual([
      'consent',
      'feature/count@1',
      'feature/decayed_sum@1',
      'feature/decayed_topk@1',
      'feature/sum@1',
      'seen',
      'traits',
    ])
    expect(content.traits.has('unknown')).toBe(false)
  })

  test('without a value, or of a type that no feature reads, only counts as seen', () => {
    const content = emptyContent()
    expect([...applyEvent(content, testEvent({ type: 'page_viewed' }), definition)]).toEqual([
      'seen',
    ])
    expect([...applyEvent(content, testEvent(), definition)]).toEqual(['seen', 'feature/count@1'])
    expect(content.seen?.events).toBe(2)
  })

  test('a refused value is told by name, and the event still counts', () => {
    const refused: string[] = []
    const content = emptyContent()
    applyEvent(content, order(1, 1e16), definition, (name, reason) => {
      refused.push(`${name}: ${reason}`)
    })
    expect(refused).toEqual(['decayed_sum: too_large', 'sum: too_large'])
    expect(content.features.get(orders.id)).toEqual([1, 1])
  })

  test('is seen from first to last, whatever the order', () => {
    const content = contentOf(order(5, 1), order(2, 1, { receivedAt: epochMs(9) }), order(7, 1))
    expect(content.seen).toEqual({ firstAt: 2, lastAt: 7, newestReceivedAt: 9, events: 3 })
  })
})

describe('parts', () => {
  test('all parts, sent and replaced elsewhere, are the same content; the source may go on', () => {
    const home = contentOf(
      order(1, 5, { traits: { city: 'Jena' }, consent: { analytics: 'granted' } }),
    )
    const owner = emptyContent()
    const sent = allParts(home)
    replaceParts(owner, sent, true, definition)
    const before = JSON.stringify(contentToJson(owner))
    expect(before).toBe(JSON.stringify(contentToJson(home)))
    applyEvent(home, order(2, 7), definition)
    expect(JSON.stringify(contentToJson(owner))).toBe(before)
  })

  test('changed parts alone bring the owner up to date', () => {
    const home = contentOf(order(1, 5))
    const owner = emptyContent()
    replaceParts(owner, allParts(home), true)
    const changed = applyEvent(home, order(2, 7, { traits: { city: 'Ulm' } }), definition)
    replaceParts(
      owner,
      [...changed].map((name) => partOf(home, name)),
      false,
    )
    expect(contentToJson(owner)).toEqual(contentToJson(home))
  })

  test('a part that is gone is null, and whole replaces everything', () => {
    const content = contentOf(order(1, 5))
    replaceParts(content, [{ name: 'feature/sum@1', state: null }], false)
    expect(content.features.has(revenue.id)).toBe(false)
    replaceParts(content, [], true)
    expect(isEmpty(content)).toBe(true)
    expect(allParts(content)).toEqual([])
  })

  test.each([
    ['feature/count@1', [1, Number.NaN]],
    ['feature/count@1', [1]],
    ['feature/count@1', 'text'],
    ['feature/decayed_topk@1', [1, 0, ['a'], [1], []]],
    ['feature/unknown@1', []],
    ['feature/unknown@1', [1, { a: 1 }]],
    ['traits', { city: [{ value: 'x' }] }],
    ['traits', [1]],
    ['consent', { analytics: { declared: { state: 'basis', at: 1 }, basisAt: null } }],
    ['seen', { firstAt: 1 }],
    ['other', [1]],
  ] as const)('a malformed %s is rejected before anything changes', (name, state) => {
    const content = contentOf(order(1, 5))
    const before = JSON.stringify(contentToJson(content))
    const parts = [
      { name: 'feature/sum@1', state: null },
      { name, state },
    ]
    expect(() => {
      replaceParts(content, parts, true, definition)
    }).toThrow(RejectedMessage)
    expect(JSON.stringify(contentToJson(content))).toBe(before)
  })

  test('state of features that the definition does not name is carried unread', () => {
    const content = emptyContent()
    const parts = [
      { name: 'feature/retired@9', state: [5, 'x'] },
      { name: 'seen', state: { firstAt: 1, lastAt: 1, newestReceivedAt: 1, events: 1 } },
    ]
    replaceParts(content, parts, true, definition)
    expect(allParts(content)).toEqual(parts)
    const copy = emptyContent()
    replaceParts(copy, allParts(content), true)
    expect(copy).toEqual(content)
  })

  test('the same content is the same JSON, whatever the order in which it came', () => {
    const early = order(1, 5, { traits: { city: 'Jena' } })
    const late = order(2, 5, { consent: { b: 'denied', a: 'granted' } })
    const other = testDefinition({
      features: definition.features.toReversed(),
      traits: definition.traits,
    })
    const content = emptyContent()
    applyEvent(content, late, other)
    applyEvent(content, early, other)
    expect(text(content)).toBe(text(contentOf(early, late)))
  })
})

describe('the sum of members', () => {
  const events = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 1e9 }),
      value: fc.integer({ min: 0, max: 10_000 }).map((cents) => cents / 100),
      member: fc.nat(3),
    }),
    { minLength: 1, maxLength: 40 },
  )

  test('is what one fragment with all events would be', () => {
    fc.assert(
      fc.property(events, (list) => {
        const routed = list.map(({ at, value, member }, index) => ({
          member,
          event: order(at, value, {
            eventKey: testEventKey(`e${index}`),
            traits: { city: `c${index}` },
            consent: { analytics: index % 2 === 0 ? 'granted' : 'denied' },
          }),
        }))
        const members = [0, 1, 2, 3].map((member) =>
          contentOf(...routed.filter((each) => each.member === member).map(({ event }) => event)),
        )
        const alone = contentOf(...routed.map(({ event }) => event))
        const sum = sumContents(members, definition)
        expect(sum.seen).toEqual(alone.seen)
        expect(sum.traits).toEqual(alone.traits)
        expect(sum.consent).toEqual(alone.consent)
        const base = { version: '1', at: epochMs(0), definition, members: [] }
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        const profile = 'p' as Parameters<typeof profileRow>[0]['profile']
        const whole = profileRow({ ...base, profile, summed: alone })
        const summed = profileRow({ ...base, profile, summed: sum })
        expect(summed['f_sum']).toBe(whole['f_sum'])
        expect(summed['f_count']).toBe(whole['f_count'])
        const decayed = [summed, whole].map((row) => Number(row['f_decayed_sum']))
        expect(decayed[0]).toBeCloseTo(decayed[1] ?? Number.NaN, 8)
      }),
      { numRuns: 60 },
    )
  })

  test('changes no member, and an empty one is none', () => {
    const a = contentOf(order(1, 5, { traits: { city: 'Jena' } }))
    const b = contentOf(order(2, 7, { traits: { city: 'Ulm' } }))
    const before = JSON.stringify([contentToJson(a), contentToJson(b)])
    sumContents([a, emptyContent(), b], definition)
    expect(JSON.stringify([contentToJson(a), contentToJson(b)])).toBe(before)
    expect(sumContents([emptyContent(), a], definition)).toBe(a)
    expect(sumContents([], definition).seen).toBeNull()
  })

  test('clearing leaves nothing', () => {
    const content = contentOf(order(1, 5, { traits: { city: 'x' }, consent: { a: 'granted' } }))
    clearContent(content)
    expect(contentToJson(content)).toEqual({})
    expect(isEmpty(content)).toBe(true)
  })
})

describe('the parts that a home sent', () => {
  test('are the very set of an event with the same changes, in whatever order they come', () => {
    const changed = applyEvent(emptyContent(), order(0, 5), definition)
    const parts = [...changed].map((name) => ({ name, state: null }))
    expect(changed.size).toBeGreaterThan(2)
    expect(changedBy(parts, definition)).toBe(changed)
    expect(new Set(changedBy(parts.toReversed(), definition))).toEqual(new Set(changed))
  })

  test('need not say that anything was seen', () => {
    expect([...changedBy([{ name: 'traits', state: null }], definition)]).toEqual(['traits'])
  })
})
