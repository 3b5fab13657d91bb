import fc from 'fast-check'
import { expect, test } from 'vitest'
import { serviceNames } from '../world/demo/services.ts'
import { faultFacts, faultKinds } from './kinds.ts'
import { isHeld, type PlannedFault, planFaults } from './schedule.ts'

const anyRun = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  seconds: fc.integer({ min: 20, max: 1200 }),
})
const plan = (run: { readonly seed: number; readonly seconds: number }): readonly PlannedFault[] =>
  planFaults({ ...run, kinds: faultKinds }).faults
const isOutage = ({ kind }: PlannedFault): boolean => faultFacts[kind].class === 'outage'

test('the same seed gives the same faults, another seed others', () => {
  fc.assert(
    fc.property(anyRun, (run) => {
      expect(plan(run)).toEqual(plan(run))
    }),
  )
  expect(plan({ seed: 1, seconds: 60 })).not.toEqual(plan({ seed: 2, seconds: 60 }))
})

test('each kind comes at least once, and every service is killed', () => {
  fc.assert(
    fc.property(anyRun, (run) => {
      const faults = plan(run)
      expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(faultKinds))
      const killed = faults.filter(({ kind }) => kind === 'kill').map(({ target }) => target)
      expect(new Set(killed)).toEqual(new Set(serviceNames))
    }),
  )
})

test('nothing breaks during the warm-up, and faults are in the order of their times', () => {
  fc.assert(
    fc.property(anyRun, (run) => {
      const { warmUpMs, faults } = planFaults({ ...run, kinds: faultKinds })
      const times = faults.map(({ atMs }) => atMs)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect(Math.min(...times)).toBeGreaterThanOrEqual(warmUpMs)
    }),
  )
})

test('outages never overlap, and no sudden fault hits a service that an outage holds', () => {
  fc.assert(
    fc.property(anyRun, (run) => {
      const faults = plan(run)
      const outages = faults.filter(isOutage)
      for (const [index, { atMs, holdMs }] of outages.entries())
        expect(outages[index + 1]?.atMs ?? Infinity).toBeGreaterThanOrEqual(atMs + holdMs)
      for (const { atMs, target } of faults.filter((fault) => !isOutage(fault)))
        expect(isHeld(target, atMs, outages)).toBe(false)
    }),
  )
})

const bursts = (seconds: number): number =>
  plan({ seed: 1, seconds }).filter(({ kind }) => kind === 'burst').length

test('a run of a minute has one round, one of ten minutes several', () => {
  expect(bursts(60)).toBe(1)
  expect(bursts(600)).toBe(5)
})

test('of the kinds that are asked for only those come', () => {
  const { faults } = planFaults({ seed: 3, seconds: 60, kinds: ['burst', 'cut_kafka'] })
  expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['burst', 'cut_kafka']))
})
