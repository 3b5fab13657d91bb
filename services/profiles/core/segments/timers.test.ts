import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'
import { definitionVersion, type EpochMs, epochMs } from '#runtime/event/ids.ts'
import { applyEvent } from '../content/apply-event.ts'
import { emptyContent } from '../content/content.ts'
import { testEvent } from '../features/testing.ts'
import type { Membership } from '../state.ts'
import type { SegmentsResult } from './decisions.ts'
import { evaluateSegments } from './evaluate-segments.ts'
import { nextTimer } from './next-timer.ts'
import { createProfileView } from './profile-reader.ts'

const shipped = new URL('../../../../infra/pipeline.yaml', import.meta.url)
const definition = loadDefinition(readFileSync(shipped, 'utf8'), definitionVersion(1))
const hour = 3_600_000
const types: readonly EventType[] = [
  'page_viewed',
  'product_viewed',
  'product_added',
  'order_completed',
  'email_clicked',
  'email_unsubscribed',
]
const consent = Object.fromEntries(definition.purposes.map((name) => [name, 'basis' as const]))

const happenings = fc.array(
  fc.record({
    afterMs: fc.oneof(
      fc.integer({ min: 0, max: 5 * hour }),
      fc.integer({ min: 0, max: 2000 * hour }),
    ),
    type: fc.constantFrom(...types),
    total: fc.integer({ min: 100, max: 20_000 }).map((cents) => cents / 100),
  }),
  { minLength: 1, maxLength: 25 },
)

/** One person on a clock of their own: events and due timers, in order. */
function person() {
  const content = emptyContent()
  let segments: ReadonlyMap<string, Membership> = new Map()
  const decide = (at: EpochMs, cause: 'event' | 'timer'): SegmentsResult => {
    const view = createProfileView(content, definition, at)
    return evaluateSegments({ previous: segments, view, definition, at, cause, fresh: false })
  }
  const settle = (at: EpochMs, cause: 'event' | 'timer'): EpochMs | null => {
    const result = decide(at, cause)
    segments = result.segments
    return nextTimer(result.nextChangeAt, content, definition, at)
  }
  return {
    settle,
    happen(at: EpochMs, type: EventType, total: number): EpochMs | null {
      const properties = { category: 'shoes', total, currency: 'EUR' }
      applyEvent(content, testEvent({ type, occurredAt: at, properties, consent }), definition)
      return settle(at, 'event')
    },
    wouldChange: (at: number): boolean => decide(epochMs(at), 'timer').transitions.length > 0,
  }
}

test('between two timers no segment of the shipped file changes: exits are exact without looking', () => {
  let fired = 0
  fc.assert(
    fc.property(
      happenings,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
      (list, shares) => {
        const someone = person()
        const missed: number[] = []
        let now = 1.7e12
        let timer: EpochMs | null = null
        /** Fires what is due by `until`, looking in between. */
        const pass = (until: number): void => {
          for (let steps = 0; timer !== null && timer <= until; steps += 1) {
            if (steps > 100 || timer <= now) throw new Error('the timer does not move on')
            const quiet = timer - 1 - now
            const probes = [...shares, 1].map((share) => now + Math.floor(share * quiet))
            missed.push(...probes.filter((probe) => probe > now && someone.wouldChange(probe)))
            now = timer
            fired += 1
            timer = someone.settle(timer, 'timer')
          }
          now = until
        }
        for (const { afterMs, type, total } of list) {
          pass(now + afterMs)
          timer = someone.happen(epochMs(now), type, total)
        }
        pass(now + 4000 * hour)
        expect(missed).toEqual([])
      },
    ),
    { numRuns: 80 },
  )
  expect(fired).toBeGreaterThan(100)
})
