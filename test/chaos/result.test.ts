import { expect, it } from 'vitest'
import { type ChaosResult, isSound } from './result.ts'

const sound: ChaosResult = {
  seed: 1,
  seconds: 60,
  faults: { kill: { count: 1 } },
  skipped: {},
  produced: 1,
  missing: 0,
  double: 0,
  mismatches: 0,
  converged_seconds: 1,
  lag_at_end: 0,
  rss_growth_mb: {},
  anonymous_growth_mb: {},
  unexpected_ends: {},
  profiles: 1,
  seconds_total: 90,
  errors: [],
}

it.each<Partial<ChaosResult>>([
  { missing: 1 },
  { double: 1 },
  { mismatches: 1 },
  { converged_seconds: null },
  { lag_at_end: 1 },
  { errors: ['web is not ready'] },
  { faults: { kill: { count: 1 }, freeze: { count: 0 } } },
  { unexpected_ends: { 'web exit 1': 1 } },
  { unexpected_ends: { 'web exit 3': 1, 'crm SIGSEGV': 1 } },
])('a run is not sound with %o', (flaw) => {
  expect(isSound({ ...sound, ...flaw })).toBe(false)
})

it('a run is sound without flaws, and when a producer gave up and its process came again', () => {
  expect([isSound(sound), isSound({ ...sound, unexpected_ends: { 'web exit 3': 1 } })]).toEqual([
    true,
    true,
  ])
})
