import { expect, test } from 'vitest'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import type { Course } from '../watch/episode.ts'
import type { Signal } from '../watch/signal.ts'
import { runWindow } from '../watch/window.ts'
import { alertRows } from './result-rows.ts'

const day = 86_400_000
const compiled = loadDefinition(
  `purposes: { service: Running the shop }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment, basis: { service: Contract } }
`,
  definitionVersion(1),
)
const surroundings = {
  upstream: new Map([['feature:orders', new Set(['volume:crm/till'])]]),
  changes: [],
}
const count = (kind: 'feature' | 'volume', name: string, times: number): Signal => ({
  shape: 'count',
  subject: { kind, name },
  current: 100 * times,
  reference: [100, 100, 100, 100],
  ratio: 2,
})

/** Rows that windows write, each of how many times as much as usual comes of a source and of a feature made from it. */
function rowsOf(windows: readonly (readonly [ofSource: number, ofFeature: number])[]) {
  let courses: ReadonlyMap<string, Course> = new Map()
  return windows.flatMap(([ofSource, ofFeature], index) => {
    const asOf = (index + 1) * day
    const signals = [count('volume', 'crm/till', ofSource), count('feature', 'orders', ofFeature)]
    const result = runWindow({ at: epochMs(asOf), windowMs: day, signals, courses, surroundings })
    ;({ courses } = result)
    return alertRows({
      asOf,
      windowMs: day,
      baselineId: '',
      result,
      current: new Map(),
      compared: new Map(),
      edges: new Map(),
      surroundings,
      mutes: [],
      judged: new Map(),
      compiled,
    }).filter(({ kind }) => kind === 'feature')
  })
}

test('an alert that somebody was told of stays told while something upstream makes it worse', () => {
  const rows = rowsOf([
    [1, 0.4],
    [1, 0.4],
    [0.4, 0.4],
    [0.4, 0.1],
  ])
  expect(rows.map(({ inhibited, severity }) => [severity, inhibited])).toEqual([
    ['warn', 0],
    ['critical', 0],
  ])
  expect(rows[1]?.causes).toContainEqual(['upstream', 'volume crm/till (warn)'])
})

test('one that something upstream explains from its opening on is told to nobody', () => {
  const rows = rowsOf([
    [0.4, 0.4],
    [0.4, 0.4],
  ])
  expect(rows.map(({ inhibited }) => inhibited)).toEqual([1])
})
