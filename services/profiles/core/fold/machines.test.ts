import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RoutedEvent } from '#runtime/event/event.ts'
import { definitionVersion, type FragmentId } from '#runtime/event/ids.ts'
import type { Origin } from '#runtime/log/messages.ts'
import { testDefinition } from '../../../../test/support/fold/definition.ts'
import {
  birth,
  type TestPartition,
  testPartition,
} from '../../../../test/support/fold/partition.ts'
import {
  arbitraryEvents,
  click,
  machineEvent,
  someSecond as t,
} from '../../../../test/support/machines/arbitrary-events.ts'
import { machineMade } from '../../../../test/support/machines/naive.ts'
import { applyEvent } from '../content/apply-event.ts'
import { emptyContent } from '../content/content.ts'

const definition = testDefinition(
  1,
  `
machines: { rate: { events: 5, within: 1s } }
features:
  - { name: clicks, description: C, kind: count, events: [email_clicked], purpose: service }
  - { name: heat, description: H, kind: decayed_count, events: [email_clicked, page_viewed], half_life: 1h, purpose: service }
  - { name: all, description: A, kind: count, events: [email_clicked], include_machine: true, purpose: service }
`,
)
const withoutRules = testDefinition(
  2,
  'machines: { click_burst: off, click_on_delivery: off, rate: off }\nfeatures: []\n',
)
const now = t + 86_400_000

function started(): TestPartition {
  const at = testPartition({
    partition: 0,
    partitions: 1,
    definitions: [definition, withoutRules],
  })
  at.send(now, { kind: 'define', version: definitionVersion(1) }, { kind: 'definitions' })
  return at
}

const fragment = 'email:1' as FragmentId // oxlint-disable-line typescript/no-unsafe-type-assertion
const burst = 'abcdef'.split('').map((link, n) => click(link, t + n * 100, link))

const send = (p: TestPartition, events: readonly RoutedEvent[], origin?: Origin) =>
  events.map((event) => p.send(now, { kind: 'event', event }, origin))

const contentOf = (p: TestPartition) => p.state.fragment(fragment)?.content
const countOf = (p: TestPartition, name: string) => {
  const id = definition.featureByName.get(name)?.id
  return id === undefined ? undefined : contentOf(p)?.features.get(id)?.[1]
}

describe('an event that its home finds to be a machine’s', () => {
  it('is in events with the reason, seen, and no interest unless a feature asks for it', () => {
    const p = started()
    const rows = send(p, burst).flatMap((flush) => flush.rows.events)
    expect(rows.map(({ machine }) => machine)).toEqual([
      '',
      '',
      '',
      ...Array<string>(3).fill('click_burst'),
    ])
    expect(contentOf(p)?.seen?.events).toBe(6)
    expect([countOf(p, 'clicks'), countOf(p, 'all')]).toEqual([3, 6])
    expect(p.state.meta.counters).toMatchObject({ applied: 6, machineClickBurst: 3 })
  })

  it('still says who is who', () => {
    const p = started()
    send(p, burst.slice(0, 3))
    const [last] = burst.slice(3)
    if (last === undefined) throw new Error('no click')
    const other = { id: 'user_id:1' as FragmentId, blocked: null } // oxlint-disable-line typescript/no-unsafe-type-assertion
    const [flush] = send(p, [{ ...last, identifiers: [...last.identifiers, other] }])
    expect(flush?.rows.events).toMatchObject([{ machine: 'click_burst' }])
    expect(flush?.links).toHaveLength(1)
  })

  it('keeps the reason that its channel gave', () => {
    const p = started()
    const rows = send(
      p,
      burst.map((event) => ({ ...event, machine: 'bot_user_agent' })),
    ).flatMap((flush) => flush.rows.events)
    expect(new Set(rows.map(({ machine }) => machine))).toEqual(new Set(['bot_user_agent']))
    expect(p.state.meta.counters.machineClickBurst).toBe(0)
  })

  it('is no company for itself: a redelivery is a duplicate before anything is judged', () => {
    const p = started()
    const [one] = burst
    if (one === undefined) throw new Error('no click')
    const view = machineEvent('v', 'page_viewed', t)
    send(p, [one, one, one, view, view, view])
    expect(p.state.meta.counters).toMatchObject({ applied: 2, duplicates: 4, machineRate: 0 })
  })
})

describe('a rebuild', () => {
  it('leaves what comes out of events as it was judged, and knows the pace of what follows', () => {
    const p = started()
    p.state.meta.live = false
    const rows = send(p, burst.slice(0, 5), { kind: 'events' }).flatMap((f) => f.rows.events)
    expect(rows.map(({ machine }) => machine)).toEqual(Array<string>(5).fill(''))
    const [flush] = send(p, burst.slice(5))
    expect(flush?.rows.events).toMatchObject([{ machine: 'click_burst' }])
  })
})

it('an erased fragment has no pace: what it clicked is forgotten, too', () => {
  const p = started()
  send(p, burst.slice(0, 3))
  p.send(now, { kind: 'erase', fragment }, { kind: 'links' })
  expect(p.state.fragment(fragment)?.pace).toBeNull()
})

it('rules change with the definition in force, and can be off', () => {
  const p = started()
  p.send(now, { kind: 'define', version: definitionVersion(2) }, { kind: 'definitions' })
  const rows = send(p, burst).flatMap((flush) => flush.rows.events)
  expect(new Set(rows.map(({ machine }) => machine))).toEqual(new Set(['']))
  expect(p.state.fragment(fragment)?.pace).toBeNull()
})

const shuffled = (events: readonly RoutedEvent[]) =>
  fc.shuffledSubarray([...events], { minLength: events.length, maxLength: events.length })

describe('in any order of arrival', () => {
  const twoOrders = arbitraryEvents.chain((events) =>
    fc.tuple(fc.constant(events), shuffled(events), shuffled(events)),
  )

  it('the features are those recomputed from events, with the reasons that stand there', () => {
    fc.assert(
      fc.property(twoOrders, ([, arrival]) => {
        const p = started()
        const again = emptyContent()
        const reasonOf = new Map(
          send(p, arrival)
            .flatMap((flush) => flush.rows.events)
            .map((row) => [row.event_key, row.machine]),
        )
        for (const event of arrival)
          applyEvent(again, { ...event, machine: reasonOf.get(event.eventKey) || null }, definition)
        expect(contentOf(p)?.features ?? new Map()).toEqual(again.features)
      }),
      { numRuns: 300 },
    )
  })

  it('the features differ by nothing but events of a burst', () => {
    fc.assert(
      fc.property(twoOrders, ([events, one, other]) => {
        const machines = machineMade(events, definition.machines)
        const people = (arrival: readonly RoutedEvent[]) => {
          const p = started()
          const flagged = new Set(
            send(p, arrival)
              .flatMap((flush) => flush.rows.events)
              .filter(({ machine }) => machine !== '')
              .map((row) => row.event_id),
          )
          // What counted, but for what is a machine's once all is known.
          return arrival
            .filter((event) => !flagged.has(event.eventId) && !machines.has(event))
            .map(({ eventId }) => eventId)
            .toSorted()
        }
        const truth = events.filter((event) => !machines.has(event)).map(({ eventId }) => eventId)
        expect(people(one)).toEqual(truth.toSorted())
        expect(people(other)).toEqual(truth.toSorted())
      }),
      { numRuns: 200 },
    )
  })
})

it('a profile row shows the interest of people only', () => {
  const p = started()
  const row = send(p, burst).at(-1)?.rows.profiles[0]
  expect(row).toMatchObject({ profile_id: birth(fragment), events: 6, f_clicks: 3, f_all: 6 })
})
