import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultMachineRules as rules } from '#runtime/definition/machines-schema.ts'
import type { RoutedEvent } from '#runtime/event/event.ts'
import { findMachines } from '#runtime/machines/find-machines.ts'
import type { MachineRules } from '#runtime/machines/rules.ts'
import {
  arbitraryEvents,
  arbitraryRules,
  click,
  machineEvent,
  someSecond as t,
} from '../../../../test/support/machines/arbitrary-events.ts'
import { machineMade } from '../../../../test/support/machines/naive.ts'
import { observeEvent } from './observe-event.ts'
import type { Pace } from './pace.ts'

const newHome = (some: MachineRules = rules) => {
  const fragment: { pace: Pace | null } = { pace: null }
  return {
    fragment,
    takes: (event: RoutedEvent, isImport = false) => observeEvent(fragment, event, some, isImport),
  }
}

/** Ids of those events that their home flags when they arrive in this order. */
function flagged(events: readonly RoutedEvent[], some: MachineRules): ReadonlySet<RoutedEvent> {
  const home = newHome(some)
  return new Set(events.filter((event) => home.takes(event) !== null))
}

const none = [null, null, null]

describe('a burst that arrives click by click', () => {
  it('counts three links as a person’s, and flags the fourth and all that follow', () => {
    const home = newHome()
    const reasons = 'abcdefg'.split('').map((link, n) => home.takes(click(link, t + n * 300, link)))
    expect(reasons).toEqual([...none, ...Array<string>(4).fill('click_burst')])
  })

  it('is recognised late, out of order, and behind newer clicks', () => {
    const home = newHome()
    home.takes(click('newer', t + 3_600_000, 'x'))
    const reasons = [900, 0, 1_800, 300].map((ms, n) => home.takes(click(`${n}`, t + ms, `${n}`)))
    expect(reasons).toEqual([...none, 'click_burst'])
  })

  it('goes on behind what its record showed already', () => {
    const home = newHome()
    for (const link of 'abcd') home.takes({ ...click(link, t, link), machine: 'click_burst' })
    expect(home.takes(click('e', t + 500, 'e'))).toBe('click_burst')
    expect(home.takes(click('much later', t + 60_001, 'f'))).toBeNull()
  })
})

describe('a click on delivery', () => {
  const delivered = machineEvent('d', 'email_delivered', t, { message_id: 'm1' })

  it('is seen when the delivery has arrived before it', () => {
    const home = newHome()
    home.takes(delivered)
    expect(home.takes(click('other message', t, 'a', 'm2'))).toBeNull()
    expect(home.takes(click('c', t + 1_000, 'a'))).toBe('click_on_delivery')
    expect(home.takes(click('a person', t + 5_000, 'a'))).toBeNull()
  })
})

const view = (n: number, at = t + n) => machineEvent(`v${n}`, 'page_viewed', at)

describe('a rate', () => {
  it('counts the first fifty-nine, flags the sixtieth, and the window after', () => {
    const home = newHome()
    const reasons = Array.from({ length: 70 }, (_, n) => home.takes(view(n)))
    expect(reasons.indexOf('rate')).toBe(59)
    expect(home.takes(view(70, t + 10_001))).toBe('rate')
    expect(home.takes(view(71, t + 20_001))).toBeNull()
  })

  it('goes by the events’ own times: a week of a phone’s views that comes at once is no burst', () => {
    const home = newHome()
    const reasons = Array.from({ length: 300 }, (_, n) => home.takes(view(n, t - n * 11_000)))
    expect(reasons.filter((reason) => reason !== null)).toEqual([])
  })

  it('leaves imports alone', () => {
    const home = newHome()
    const reasons = Array.from({ length: 100 }, (_, n) => home.takes(view(n), true))
    expect(new Set(reasons)).toEqual(new Set([null]))
    expect(home.fragment.pace).toBeNull()
  })
})

describe('what a fragment remembers', () => {
  it('is nothing of somebody who neither views nor clicks', () => {
    const home = newHome()
    home.takes(machineEvent('o', 'order_completed', t))
    home.takes(machineEvent('s', 'email_sent', t))
    expect(home.fragment.pace).toBeNull()
  })

  it('never grows beyond four clicks, a delivery and three windows', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { maxLength: 60 }), (times) => {
        const home = newHome()
        for (const [n, at] of times.entries()) {
          home.takes(machineEvent(`d${n}`, 'email_delivered', t + at, { message_id: `m${n}` }))
          home.takes(click(`${n}`, t + at * 1_000, `${n}`))
        }
        const { clicks = [], windows = [] } = home.fragment.pace ?? {}
        expect(clicks.length).toBeLessThanOrEqual(4)
        expect(windows.length).toBeLessThanOrEqual(3)
      }),
    )
  })
})

describe('whatever the order of arrival', () => {
  const anyOrder = arbitraryEvents.chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc.shuffledSubarray([...events], { minLength: events.length, maxLength: events.length }),
    ),
  )

  it('an event is flagged only if it is a machine’s once all is known', () => {
    fc.assert(
      fc.property(anyOrder, arbitraryRules, ([events, arrival], some) => {
        const truth = machineMade(events, some)
        for (const event of flagged(arrival, some)) expect(truth).toContain(event)
      }),
      { numRuns: 2_000 },
    )
  })

  it('that holds however the events are spread over records, whose own look comes first', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 24, maxLength: 24 })
    fc.assert(
      fc.property(anyOrder, arbitraryRules, cuts, ([events, arrival], some, sizes) => {
        const truth = machineMade(events, some)
        const home = newHome(some)
        let from = 0
        const all: RoutedEvent[] = []
        for (const size of sizes) {
          const record = arrival.slice(from, from + size)
          const shown = findMachines(record, some)
          for (const event of record) {
            const machine = shown.get(event) ?? null
            const reason = home.takes({ ...event, machine })
            if (machine !== null || reason !== null) all.push(event)
          }
          from += size
        }
        expect(all.filter((event) => !truth.has(event))).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })

  it('of a burst, no event counts that arrives with the fourth link or later', () => {
    const burst = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.nat(2_000)), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(burst, (clicks) => {
        const home = newHome()
        const links = new Set<string>()
        for (const [n, [link, ms]] of clicks.entries()) {
          links.add(link)
          const reason = home.takes(click(`${n}`, t + ms, link))
          expect(reason).toBe(links.size >= 4 ? 'click_burst' : null)
        }
      }),
    )
  })
})
