import { expect, it } from 'vitest'
import { growth, type MemorySample } from './memory.ts'

const at = (seconds: number, by: Readonly<Record<string, number>>): MemorySample => ({
  seconds,
  by: Object.fromEntries(
    Object.entries(by).map(([name, rss]) => [name, { rss, anonymous: rss / 2 }]),
  ),
  pids: {},
})

it('compares the peaks of the second and the last third, so that warming up is no growth', () => {
  const samples = [
    at(0, { web: 100 }),
    at(30, { web: 200 }),
    at(45, { web: 310, twin: 50 }),
    at(60, { web: 150 }),
    at(75, { web: 315.04 }),
    at(90, { web: 120, crm: 70 }),
  ]
  expect(growth(samples, 'rss')).toEqual({ web: 5 })
  expect(growth(samples, 'anonymous')).toEqual({ web: 2.5 })
})

it('says nothing of nothing', () => {
  expect(growth([], 'rss')).toEqual({})
})
