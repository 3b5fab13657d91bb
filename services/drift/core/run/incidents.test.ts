import { expect, test } from 'vitest'
import type { KnownEpisode } from '../watch/episode.ts'
import { incidentsOf } from './incidents.ts'

const day = 86_400_000
const upstream = new Map([
  ['volume:web/segment', new Set(['freshness:web/segment'])],
  ['feature:visits', new Set(['freshness:web/segment', 'volume:web/segment'])],
  ['feature:orders', new Set(['freshness:crm/till'])],
])
const episode = (more: Partial<KnownEpisode>): KnownEpisode => ({
  subject: { kind: 'volume', name: 'web/segment' },
  since: 10 * day,
  last: 12 * day,
  severity: 'critical',
  inhibited: false,
  ...more,
})
const of = (more: Partial<KnownEpisode>) => incidentsOf([episode(more)], upstream, day)[0]

test('a silent source and a volume far from what is usual are incidents of all that is made from them, from their first window on', () => {
  expect(
    of({ subject: { kind: 'freshness', name: 'web/segment' }, severity: 'warn' }),
  ).toMatchObject({
    from: 9 * day,
    to: 12 * day,
    subjects: ['freshness:web/segment', 'volume:web/segment', 'feature:visits'],
  })
  expect(of({})?.subjects).toEqual(['volume:web/segment', 'feature:visits'])
})

test('so is what waits in the pipeline, or a day of it would be usual the next', () => {
  expect(of({ subject: { kind: 'lag', name: 'profiles' }, severity: 'warn' })?.subjects).toEqual([
    'lag:profiles',
  ])
})

test('what something upstream explained is an incident of itself alone', () => {
  const subject = { kind: 'feature', name: 'visits' } as const
  expect(of({ subject, severity: 'info', inhibited: true })?.subjects).toEqual(['feature:visits'])
})

test('a change that nothing explains is none, nor is a volume that has only doubled: they may be there to stay', () => {
  expect(of({ severity: 'warn' })).toBeUndefined()
  expect(of({ subject: { kind: 'feature', name: 'visits' } })).toBeUndefined()
})
