import fc from 'fast-check'
import type { RoutedEvent } from '#runtime/event/event.ts'
import type { MachineRules } from '#runtime/machines/rules.ts'
import { routedEvent } from '../fold/events.ts'

/** Not on the full minute, and a full second. */
export const someSecond = Math.floor(1_700_000_000_000 / 60_000) * 60_000 + 20_000

/** A click, delivery or view of one person, received a day later. */
export const machineEvent = (
  id: string,
  type: RoutedEvent['type'],
  at: number,
  properties: RoutedEvent['properties'] = {},
): RoutedEvent =>
  routedEvent({
    id,
    identifiers: ['email:1'],
    type,
    at,
    receivedAt: someSecond + 86_400_000,
    properties,
  })

export const click = (id: string, at: number, link: string, message = 'm1'): RoutedEvent =>
  machineEvent(id, 'email_clicked', at, { link_digest: link.padEnd(8, '-'), message_id: message })

/** A few seconds of one person's life, crowded enough for every rule to meet it now and then; the full minute lies within. */
export const arbitraryEvents: fc.Arbitrary<readonly RoutedEvent[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom(
        'email_clicked' as const,
        'email_clicked' as const,
        'email_delivered' as const,
        'page_viewed' as const,
        'order_completed' as const,
      ),
      at: fc.integer({ min: 0, max: 24 }).map((half) => someSecond + 35_000 + half * 500),
      link: fc.constantFrom('a', 'b', 'c', 'd', 'e', null),
      message: fc.constantFrom('m1', 'm2', null),
    }),
    { maxLength: 24 },
  )
  .map((all) =>
    all.map(({ type, at, link, message }, n) =>
      machineEvent(`e${n}`, type, at, {
        ...(type === 'email_clicked' && link !== null && { link_digest: link.padEnd(8, '-') }),
        ...(message !== null && { message_id: message }),
      }),
    ),
  )

const withinMs = fc.constantFrom(1_000, 2_000, 3_000)
const orOff = <T>(rule: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ arbitrary: rule, weight: 4 }, { arbitrary: fc.constant(null), weight: 1 })

export const arbitraryRules: fc.Arbitrary<MachineRules> = fc.record({
  clickBurst: orOff(fc.record({ links: fc.integer({ min: 2, max: 4 }), withinMs })),
  clickOnDelivery: orOff(fc.record({ withinMs })),
  rate: orOff(fc.record({ events: fc.integer({ min: 2, max: 5 }), withinMs })),
})
