import { expect, it } from 'vitest'
import { definitionVersion } from '#runtime/event/ids.ts'
import type { Body } from '#runtime/log/messages.ts'
import { segmentEntry, testDefinition } from '../../../../test/support/fold/definition.ts'
import { routedEvent } from '../../../../test/support/fold/events.ts'
import {
  fragmentsAt,
  type TestPartition,
  testPartition,
} from '../../../../test/support/fold/partition.ts'
import { slicePerMessage } from './timers.ts'

const hour = 3_600_000
const start = 1_700_000_000_000
const rule = (enter: string): string => `
features:
  - { name: heat, description: Heat, kind: decayed_count, events: [page_viewed], half_life: 1h, purpose: service }
segments:
${segmentEntry('warm', `enter: ${enter}`)}
`
const definitions = [testDefinition(1, rule('heat >= 0.5')), testDefinition(2, rule('heat >= 0.6'))]
const define = (version: number): Body => ({ kind: 'define', version: definitionVersion(version) })
const tick: Body = { kind: 'tick' }

/** A partition with one profile more than a slice, each with a timer that is due after an hour. */
function oneMoreThanASlice(): TestPartition {
  const at = testPartition({ partition: 0, partitions: 1, definitions })
  at.send(start, define(1), { kind: 'definitions' })
  const events = fragmentsAt(0, 1, slicePerMessage + 1).map(
    (id): Body => ({ kind: 'event', event: routedEvent({ id, identifiers: [id], at: start }) }),
  )
  at.sendAll(start, events)
  return at
}

it('a message fires as many timers as a slice holds, and the next one the rest', () => {
  const at = oneMoreThanASlice()
  const due = start + 2 * hour
  expect(at.send(due, tick, null).rows.segment_transitions).toHaveLength(slicePerMessage)
  expect(at.state.meta.counters.timersFired).toBe(slicePerMessage)
  expect(at.send(due, tick, null).rows.segment_transitions).toHaveLength(1)
  expect(at.send(due, tick, null).rows.segment_transitions).toHaveLength(0)
})

it('a new definition comes to as many profiles per message as a slice holds', () => {
  const at = oneMoreThanASlice()
  at.send(start, define(2), { kind: 'definitions' })
  expect(at.state.meta.cursor).toEqual({ version: 2, after: null })
  expect(at.send(start, tick, null).rows.profiles).toHaveLength(slicePerMessage)
  expect(at.state.meta.cursor?.after).not.toBeNull()
  expect(at.send(start, tick, null).rows.profiles).toHaveLength(1)
  expect(at.state.meta.cursor).toBeNull()
})
