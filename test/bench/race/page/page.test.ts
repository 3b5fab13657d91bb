import { expect, test } from 'vitest'
import { tableCells } from '../../../support/markdown.ts'
import { figuresOf } from '../lanes/timed-run.ts'
import type { Machine } from '../machine.ts'
import { type BenchResult, contestantResult, ratiosOf } from '../result.ts'
import { barPlot } from './bars.ts'
import { benchPage, benchPlots } from './page.ts'
import { nothing, recordWith } from './record.ts'

const machine: Machine = {
  cpu: 'some cpu',
  cores: 2,
  memory_gib: 24,
  system: 'Linux 6',
  load: 0.1,
  versions: { node: '24.1.0' },
}

const run = (round: number, seconds: number) => ({
  round,
  ...figuresOf(1000, seconds, { web: seconds / 2, broker: seconds / 4 }),
})

const contestants = {
  tributary: contestantResult([run(1, 2), run(2, 4), run(3, 3)], []),
  floor: contestantResult([run(1, 1), run(2, 1), run(3, 1)], []),
  kafka_streams_alo: contestantResult([run(1, 2)], ['2 profiles differ']),
  kafka_streams_eos: contestantResult([], ['there is no java here']),
}

const result: BenchResult = {
  events: 1000,
  people: 100,
  rounds: 3,
  warm_up: 100,
  machine,
  contestants,
  ratios: ratiosOf(contestants),
  suites: {},
}

const record = recordWith(nothing, result, '2026-01-02')

test('events a second and a CPU second are those of the run in the middle', () => {
  expect(contestants.tributary.events_per_second).toBe(333)
  expect(contestants.tributary.events_per_cpu_second).toBe(444)
})

test('who is not valid, or did not run, has no ratio and says why', () => {
  expect(result.ratios).toEqual({
    'tributary_to_floor.events_per_second': 0.333,
    'tributary_to_floor.events_per_cpu_second': 0.333,
  })
  const page = benchPage(record)
  expect(tableCells(page)).toContainEqual([
    'kafka_streams_alo',
    '500',
    '667',
    '2',
    '**no**: 2 profiles differ',
  ])
  expect(tableCells(page)).toContainEqual([
    'kafka_streams_eos',
    '–',
    '–',
    '',
    '**no**: there is no java here',
  ])
})

test('the parts of the CPU time are of one run, so that they add up', () => {
  const cells = tableCells(benchPage(record)).filter(([name]) => name === 'tributary')
  expect(cells).toContainEqual(['tributary', 'web', '1.5', '1,500'])
  expect(cells).toContainEqual(['tributary', 'broker', '0.75', '750'])
  expect(cells).toContainEqual(['tributary', '**all**', '2.25', '2,250'])
})

test('the page names the machine, the day and the versions', () => {
  expect(benchPage(record)).toContain(
    'Measured on 2026-01-02: 2 cores (some cpu), 24 GiB, Linux 6; node 24.1.0; a load of 0.1 just before.',
  )
})

test('every plot that the page shows is drawn, and no other', () => {
  const shown = [...benchPage(record).matchAll(/\]\(bench\/([\w-]+\.svg)\)/g)].map(
    ([, name]) => name,
  )
  expect(new Set(Object.keys(benchPlots(record)))).toEqual(new Set(shown))
})

test('suites that nobody ran are named', () => {
  expect(benchPage(record)).toContain(
    '## Not measured yet\n\n`--suite latency`, `--suite scale`, `--suite restore`, `--suite merge`',
  )
})

test('what a run did not measure stays as it was known', () => {
  const merge = {
    events: 10,
    people: 2,
    ordinary: { events_per_second: 4, events_per_cpu_second: 3, runs: [], valid: true },
    merging: { events_per_second: 2, events_per_cpu_second: 1, runs: [], valid: true },
    ratio: 0.5,
    hot_identifier: null,
  }
  const later = recordWith(record, { ...result, contestants: {}, suites: { merge } }, '2026-02-03')
  expect(later.race).toEqual(record.race)
  expect(benchPage(later)).toContain('Measured on 2026-01-02')
  expect(benchPage(later)).toContain('Measured on 2026-02-03')
  expect(tableCells(benchPage(later))).toContainEqual(['all', '2', '1', 'yes'])
})

test('bars are as long as their values, and names can not break the drawing', () => {
  const svg = barPlot({
    title: 'a < b & "c"',
    unit: 's',
    bars: [
      { label: '<one>', parts: [{ name: 'x', value: 10 }] },
      { label: 'two', parts: [{ name: 'x', value: 5 }] },
    ],
  })
  const widths = [...svg.matchAll(/<rect x="[\d.]+" y="\d+" width="([\d.]+)"/g)].map(([, w]) =>
    Number(w),
  )
  expect(widths[0]).toBe(2 * (widths[1] ?? 0))
  expect(svg).toContain('a &lt; b &amp; &quot;c&quot;')
  expect(svg).not.toContain('<one>')
  expect(() => barPlot({ title: 'none', unit: 's', bars: [] })).toThrow(RangeError)
})
