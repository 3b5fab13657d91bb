/* oxlint-disable typescript/no-unsafe-type-assertion -- what is counted needs no content */
import { expect, it } from 'vitest'
import { addFrameBytes, newFlush, type OpenFlush } from '../../core/fold/flush.ts'
import { flushLimits, isFull } from './is-full.ts'

const things = (count: number): never[] => Array.from({ length: count }, () => ({}) as never)
const map = (count: number): readonly (readonly [never, never])[] =>
  Array.from({ length: count }, (_, n) => [String(n) as never, {} as never])

type Fill = (flush: OpenFlush, count: number) => void
const rows =
  (table: keyof OpenFlush['rows']): Fill =>
  (flush, count) =>
    void flush.rows[table].push(...things(count))
const list =
  (name: 'links' | 'segmentChanges' | 'suppressions' | 'rejections'): Fill =>
  (flush, count) =>
    void flush[name].push(...things(count))

const {
  frameBytesMax,
  logBytesMax,
  messagesMax,
  eventsMax,
  profilesMax,
  membershipsMax,
  recordsMax,
} = flushLimits
const cases: readonly (readonly [what: string, limit: number, fill: Fill])[] = [
  ['bytes of the largest frame', frameBytesMax, (flush, bytes) => addFrameBytes(flush, 1, bytes)],
  ['messages', messagesMax, (flush, count) => void (flush.messages = count)],
  ['bytes of what it was read from', logBytesMax, (flush, count) => void (flush.logBytes = count)],
  ['rows of events', eventsMax, rows('events')],
  ['transitions', eventsMax, rows('segment_transitions')],
  ['declarations', eventsMax, rows('consent_history')],
  ['rows of profiles', profilesMax, rows('profiles')],
  [
    'profiles whose row is made at the end',
    profilesMax,
    (flush, count) => {
      for (const [id, touch] of map(count)) flush.touched.set(id, touch)
    },
  ],
  ['rows of memberships', membershipsMax, rows('segment_memberships')],
  [
    'memberships whose row is made at the end',
    membershipsMax,
    (flush, count) => {
      for (const [key, row] of map(count)) flush.memberships.set(key, row)
    },
  ],
  ['links', recordsMax, list('links')],
  ['public changes', recordsMax, list('segmentChanges')],
  ['suppressions', recordsMax, list('suppressions')],
  ['dead letters', recordsMax, list('rejections')],
]

it.each(cases)('a flush ends at its limit of %s, and not before', (_what, limit, fill) => {
  const below = newFlush()
  fill(below, limit - 1)
  expect(isFull(below)).toBe(false)
  const at = newFlush()
  fill(at, limit)
  expect(isFull(at)).toBe(true)
})

it('all records that are sent one by one count together', () => {
  const flush = newFlush()
  for (const name of ['links', 'segmentChanges', 'suppressions', 'rejections'] as const)
    list(name)(flush, recordsMax / 4)
  expect(isFull(flush)).toBe(true)
})
