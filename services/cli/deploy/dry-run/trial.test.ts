/* oxlint-disable typescript/no-unsafe-type-assertion -- rows of a table are what the fold wrote */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { definitionVersion, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { segmentEntry, testDefinition } from '../../../../test/support/fold/definition.ts'
import { routedEvent } from '../../../../test/support/fold/events.ts'
import { birth, fragmentsAt, testPartition } from '../../../../test/support/fold/partition.ts'
import type { Membership } from '../../../profiles/core/state.ts'
import type { StoredEvent } from '../../verify/stored-event.ts'
import { createTrial, type Moves, rememberingIn } from './trial.ts'

// What a trial says of a person is what the production fold then does, of any life and by either way.

const start = 1_700_000_000_000
const minute = 60_000
const [person] = fragmentsAt(0, 1, 1) as [FragmentId]

const before = testDefinition(
  1,
  `
features:
  - { name: views, description: Views, kind: count, events: [page_viewed], purpose: service }
  - { name: heat, description: Heat, kind: decayed_count, events: [page_viewed], half_life: 1h, purpose: service }
  - { name: spent, description: Spent, kind: sum, events: [order_completed], value: total, purpose: service }
segments:
${segmentEntry('keen', 'enter: views >= 2')}
${segmentEntry('warm', 'enter: heat >= 2\n    exit: heat < 0.5')}
${segmentEntry('gone', 'enter: spent > 5')}
${segmentEntry('mild', 'enter: heat >= 1\n    group: mood\n    priority: 2')}
${segmentEntry('hot', 'enter: heat >= 3\n    group: mood\n    priority: 1')}
`,
)
const next = testDefinition(
  2,
  `
features:
  - { name: views, description: Views, kind: count, events: [page_viewed, searched], purpose: service }
  - { name: heat, description: Heat, kind: decayed_count, events: [page_viewed], half_life: 3h, purpose: service }
  - { name: spent, description: Spent, kind: sum, events: [order_completed], value: total, purpose: service }
  - { name: today, description: Lately, kind: window_count, events: [searched], window: 5h, purpose: service }
segments:
${segmentEntry('keen', 'enter: views >= 3')}
${segmentEntry('warm', 'enter: heat >= 2\n    exit: heat < 0.7\n    min_stay: 2h')}
${segmentEntry('busy', 'enter: today >= 2')}
${segmentEntry('mild', 'enter: heat >= 1\n    exit: heat < 0.3\n    group: mood\n    priority: 2')}
${segmentEntry('hot', 'enter: heat >= 3\n    group: mood\n    priority: 1')}
`,
)

const life = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 300 }),
    type: fc.constantFrom('page_viewed', 'searched', 'order_completed'),
    late: fc.integer({ min: 0, max: 200 }),
  }),
  { minLength: 1, maxLength: 12 },
)

const names = (moves: Moves): object => ({
  entries: moves.entries.toSorted(),
  exits: moves.exits.toSorted(),
})

it('says who enters and leaves as the fold does after it, by a deploy and by a rebuild', () => {
  let moved = 0
  fc.assert(
    fc.property(life, fc.integer({ min: 0, max: 600 }), (events, rest) => {
      const [p, q] = [before, next].map((first) =>
        testPartition({ partition: 0, partitions: 1, definitions: [first, next] }),
      )
      if (p === undefined || q === undefined) return
      p.send(start, { kind: 'define', version: before.version }, { kind: 'definitions' })
      q.send(start, { kind: 'define', version: next.version }, { kind: 'definitions' })
      const trial = createTrial({
        next,
        remembering: rememberingIn(next),
        asked: next.features.filter(({ name }) => name === 'heat' || name === 'today'),
        definitionOf: () => before,
      })
      let at = start
      for (const [index, { after, late, type }] of events.entries()) {
        at += after * minute
        const event = routedEvent({
          id: `e${index}`,
          identifiers: [person],
          at: at - late * minute,
          receivedAt: at,
          type,
          properties: { total: 3 },
        })
        q.send(at, { kind: 'event', event })
        for (const row of p.send(at, { kind: 'event', event }).rows.events)
          trial.event(row as unknown as StoredEvent, epochMs(at))
      }
      const end = at + rest * minute
      p.send(end, { kind: 'tick' }, null)
      q.send(end, { kind: 'tick' }, null)
      const stored = p.state.profile(birth(person))?.segments ?? new Map<string, Membership>()
      const { deploy, rebuild, valued } = trial.end(stored, epochMs(end))
      const { segment_transitions: done } = p.sendAll(
        end,
        [{ kind: 'define', version: definitionVersion(2) }, { kind: 'tick' }],
        { kind: 'definitions' },
      ).rows
      expect(names(deploy)).toEqual(
        names({
          entries: done.filter(({ to }) => to === 'entered').map((row) => row.segment),
          exits: done.filter(({ to }) => to === 'exited').map((row) => row.segment),
        }),
      )
      const is = (name: string): boolean =>
        q.state.profile(birth(person))?.segments.get(name)?.member === true
      const all = ['keen', 'warm', 'gone', 'busy', 'mild', 'hot']
      expect(names(rebuild)).toEqual(
        names({
          entries: all.filter((name) => is(name) && stored.get(name)?.member !== true),
          exits: all.filter((name) => !is(name) && stored.get(name)?.member === true),
        }),
      )
      expect(valued.includes('heat')).toBe(events.some(({ type }) => type === 'page_viewed'))
      moved += rebuild.entries.length + rebuild.exits.length + deploy.exits.length
    }),
    { numRuns: 300 },
  )
  expect(moved).toBeGreaterThan(100)
})
