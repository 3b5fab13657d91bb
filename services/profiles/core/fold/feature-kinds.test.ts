/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { featureKinds } from '#runtime/definition/feature-kinds.ts'
import { definitionVersion, type FragmentId } from '#runtime/event/ids.ts'
import type { Body } from '#runtime/log/messages.ts'
import { testDefinition } from '../../../../test/support/fold/definition.ts'
import { routedEvent, type TestEvent } from '../../../../test/support/fold/events.ts'
import {
  fragmentsAt,
  type TestPartition,
  testPartition,
} from '../../../../test/support/fold/partition.ts'

const day = 86_400_000
const midnight = Date.UTC(2026, 5, 1)

const fieldsOf: Readonly<Record<(typeof featureKinds)[number], string>> = {
  decayed_count: 'half_life: 3d',
  decayed_sum: 'half_life: 3d, value: points',
  decayed_mean: 'half_life: 3d, value: points',
  decayed_topk: 'half_life: 3d, key: category, k: 3',
  count: '',
  sum: 'value: points',
  min: 'value: points',
  max: 'value: points',
  first: 'value: category',
  last: 'value: category',
  last_seen: '',
  distinct: 'value: category',
  window_count: 'window: 3d',
  window_sum: 'window: 3d, value: points',
  interval: '',
  rate: '',
  ratio: 'numerator: k_decayed_sum, denominator: k_decayed_count',
  expression: 'formula: k_window_sum / 2.0 - k_window_count',
  affinity: 'of: k_decayed_topk',
  rfm: 'recency: k_last_seen, frequency: k_window_count, monetary: k_sum',
}

const isDerived = (fields: string): boolean => /numerator|formula|of:|recency/.test(fields)
const features = `features:\n${featureKinds
  .map((kind) => {
    const fields = fieldsOf[kind]
    const events = isDerived(fields) ? '' : ', events: [page_viewed]'
    return `  - { name: k_${kind}, description: d, kind: ${kind}, purpose: service${events}${fields === '' ? '' : `, ${fields}`} }\n`
  })
  .join('')}`

const segment = (name: string, enter: string): string => `
  - name: ${name}
    description: d
    owner: a@b.example
    objective: None
    success_metric: { event: page_viewed, aggregation: count, window: 7d, direction: up }
    review_by: 2030-01-01
    enter: ${enter}
    purpose: service`

const definition = testDefinition(
  1,
  `${features}segments:${segment('busy', 'k_window_count >= 2')}${segment('worthy', 'k_expression > 3')}${segment('best', 'k_rfm.startsWith("5")')}`,
)

const [a = '' as FragmentId] = fragmentsAt(0, 1, 1)
const define: Body = { kind: 'define', version: definitionVersion(1) }
const event = (wanted: Partial<TestEvent> & { at: number; id: string }): Body => ({
  kind: 'event',
  event: routedEvent({ identifiers: [a], properties: { points: 4, category: 'hats' }, ...wanted }),
})
const tick: Body = { kind: 'tick' }

function started(): TestPartition {
  const partition = testPartition({ partition: 0, partitions: 1, definitions: [definition] })
  partition.send(midnight - day, define, { kind: 'definitions' })
  return partition
}

const exits = (flush: ReturnType<TestPartition['send']>): readonly string[] =>
  flush.rows.segment_transitions.map(({ segment: name, to, at, cause }) =>
    [name, to, at, cause].join(' '),
  )

describe('a window', () => {
  it('lets its members go at the midnight that takes them below, by a timer and with no event', () => {
    const p = started()
    p.send(midnight, event({ id: 'e1', at: midnight - 1 }))
    const entered = p.send(midnight + 5, event({ id: 'e2', at: midnight + 5 }))
    expect(exits(entered)).toContain('busy entered 2026-06-01T00:00:00.005Z event')
    // The first day leaves the window of three with the third midnight after it.
    expect(exits(p.send(midnight + 2 * day - 1, tick, null))).toEqual([])
    expect(exits(p.send(midnight + 2 * day + 999, tick, null))).toContain(
      'busy exited 2026-06-03T00:00:00.000Z timer',
    )
  })

  it('takes a late event into its own day', () => {
    const p = started()
    p.send(midnight + day, event({ id: 'e1', at: midnight + day }))
    const late = p.send(midnight + day + 1, event({ id: 'e2', at: midnight - 1 }))
    expect(exits(late)).toContain('busy entered 2026-06-02T00:00:00.001Z event')
    expect(exits(p.send(midnight + 3 * day, tick, null))).toContain(
      'busy exited 2026-06-03T00:00:00.000Z timer',
    )
  })
})

it('what is derived of windows and ages changes at its moment, too', () => {
  const p = started()
  const entered = p.send(
    midnight,
    event({ id: 'e1', at: midnight, properties: { points: 9, category: 'hats' } }),
  )
  expect(exits(entered)).toEqual([
    'best entered 2026-06-01T00:00:00.000Z event',
    'worthy entered 2026-06-01T00:00:00.000Z event',
  ])
  expect(exits(p.send(midnight + 3 * day, tick, null))).toEqual([
    'worthy exited 2026-06-04T00:00:00.000Z timer',
  ])
  expect(exits(p.send(midnight + 31 * day, tick, null))).toEqual([
    'best exited 2026-07-01T00:00:00.001Z timer',
  ])
})

it('no kind counts an event twice, and none minds the order, whatever is sent again', () => {
  const row = (bodies: readonly Body[]): unknown => {
    const p = started()
    const flush = p.sendAll(midnight + 30 * day, bodies)
    const [found] = flush.rows.profiles
    return Object.fromEntries(Object.entries(found ?? {}).filter(([name]) => name.startsWith('f_')))
  }
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.record({
          at: fc.integer({ min: midnight, max: midnight + 20 * day }),
          points: fc.integer({ min: 0, max: 64 }),
          category: fc.constantFrom('hats', 'shoes', 'bags'),
        }),
        { minLength: 1, maxLength: 12, selector: ({ at }) => at },
      ),
      fc.array(fc.nat(), { maxLength: 12 }),
      (told, again) => {
        const bodies = told.map(({ at, ...properties }, index) =>
          event({ id: `e${index}`, at, properties }),
        )
        const repeated = again.flatMap((index) => bodies[index % bodies.length] ?? [])
        expect(row([...bodies, ...repeated])).toEqual(row(bodies))
        expect(rounded(row([...bodies, ...repeated].toReversed()))).toEqual(rounded(row(bodies)))
      },
    ),
    { numRuns: 100 },
  )
})

/** Sums of doubles that fade depend on their order in the last bits. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, each: unknown) =>
    typeof each === 'number' ? Number(each.toPrecision(10)) : each,
  )
