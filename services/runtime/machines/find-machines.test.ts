import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  arbitraryEvents,
  arbitraryRules,
  click,
  machineEvent,
  someSecond as t,
} from '../../../test/support/machines/arbitrary-events.ts'
import { machineMade } from '../../../test/support/machines/naive.ts'
import type { RoutedEvent } from '../event/event.ts'
import { epochMs } from '../event/ids.ts'
import { defaultMachineRules as rules } from '../definition/machines-schema.ts'
import { findMachines } from './find-machines.ts'

const found = (events: readonly RoutedEvent[]) =>
  [...findMachines(events, rules)].map(([{ eventId }, reason]) => `${eventId} ${reason}`).toSorted()

describe('a burst of clicks', () => {
  const burst = [
    click('1', t, 'a'),
    click('2', t + 400, 'b'),
    click('3', t + 900, 'c'),
    click('4', t + 2_000, 'd'),
  ]

  it('is four different links within two seconds, the first click included', () => {
    expect(found(burst)).toEqual(['1', '2', '3', '4'].map((id) => `${id} click_burst`))
  })

  it('may lie across any boundary of time, and goes on as long as the links come as fast', () => {
    const long = Array.from({ length: 12 }, (_, n) => click(`${n}`, t + n * 600, `l${n}`))
    expect(found(long)).toHaveLength(12)
  })

  it('is none a moment slower, nor with three links, nor on one link however often', () => {
    expect(found([...burst.slice(0, 3), click('4', t + 2_001, 'd')])).toEqual([])
    expect(found(burst.slice(1))).toEqual([])
    expect(found(Array.from({ length: 20 }, (_, n) => click(`${n}`, t + n, 'a')))).toEqual([])
  })

  it('takes what lies within it, not the click before or after', () => {
    const around = [click('before', t - 5_000, 'e'), ...burst, click('after', t + 9_000, 'f')]
    expect(found(around)).toEqual(found(burst))
  })

  it('needs links: clicks whose source names none are no evidence', () => {
    const without = burst.map((event) => ({ ...event, properties: {} }))
    expect(found(without)).toEqual([])
  })
})

const delivered = machineEvent('d', 'email_delivered', t, { message_id: 'm1' })
const clickAt = (ms: number) => found([delivered, click('c', t + ms, 'a')])

describe('a click on delivery', () => {
  it('lies within a second of the delivery of its message, on either side', () => {
    expect([-1_000, 0, 1_000].flatMap(clickAt)).toEqual(
      Array<string>(3).fill('c click_on_delivery'),
    )
    expect([-1_001, 1_001].flatMap(clickAt)).toEqual([])
  })

  it('is of that message: another one may be read while mail comes in', () => {
    expect(found([delivered, click('c', t, 'a', 'm2')])).toEqual([])
  })
})

const views = (count: number, from: number, type: RoutedEvent['type'] = 'page_viewed') =>
  Array.from({ length: count }, (_, n) => machineEvent(`${from}/${n}`, type, from + n))

describe('a rate', () => {
  it('is sixty views and clicks in a window of ten seconds', () => {
    expect(found(views(59, t))).toEqual([])
    expect(found(views(60, t))).toHaveLength(60)
  })

  it('makes the window after it the machine’s too, and no other', () => {
    const after = machineEvent('after', 'page_viewed', t + 10_001)
    const later = machineEvent('later', 'page_viewed', t + 20_001)
    const before = machineEvent('before', 'page_viewed', t - 1)
    expect(found([before, ...views(60, t), after, later]).slice(60)).toEqual(['after rate'])
  })

  it('counts an event once, however often its record holds it', () => {
    const one = machineEvent('one', 'page_viewed', t + 1)
    expect(found(Array.from({ length: 80 }, () => ({ ...one })))).toEqual([])
  })

  it('never counts what is too dear to lose, nor what senders make in bulk', () => {
    const types = ['order_completed', 'email_sent', 'email_delivered', 'contact_updated'] as const
    expect(types.flatMap((type) => found(views(80, t, type)))).toEqual([])
  })
})

describe('a time that says too little to judge by', () => {
  it('is one on the full minute: a source that knows minutes only would make bursts of everybody', () => {
    const minute = Math.ceil(t / 60_000) * 60_000
    expect(found('abcdef'.split('').map((link) => click(link, minute, link)))).toEqual([])
  })

  it('is one of arrival: a backlog arrives at once', () => {
    const backlog = 'abcdef'.split('').map((link) => {
      const event = click(link, t, link)
      return { ...event, receivedAt: epochMs(event.occurredAt) }
    })
    expect(found(backlog)).toEqual([])
  })
})

it('finds what the plain reading of the rules finds, no more and no less', () => {
  fc.assert(
    fc.property(arbitraryEvents, arbitraryRules, (events, some) => {
      expect(new Set(findMachines(events, some).keys())).toEqual(machineMade(events, some))
    }),
    { numRuns: 2_000 },
  )
})
