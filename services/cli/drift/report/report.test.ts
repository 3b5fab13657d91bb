import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { toIso } from '#runtime/time/iso.ts'
import { buildReport } from '../../../drift/core/report/build-report.ts'
import {
  dayMs,
  endOf,
  lastDay,
  storedWindow,
} from '../../../drift/core/report/testing/stored-window.ts'
import type { Stored } from '../../../drift/core/report/stored.ts'
import { driftPage } from './page/page.ts'
import { niceAbove } from './page/scale.ts'
import {
  countText,
  distanceText,
  durationText,
  percentText,
  probabilityText,
  valueText,
} from './numbers.ts'
import { printReport } from './print-report.ts'

const byHand = (text: string): Partial<Stored> => ({
  labels: [
    {
      label_id: text,
      version: '1',
      kind: text,
      from: toIso(endOf(20)),
      to: toIso(endOf(21)),
      subjects: [text],
      words: text,
      by: text,
      removed: 0,
    },
  ],
  mutes: [
    {
      subject: 'freshness:web/segment',
      version: '1',
      at: toIso(endOf(21)),
      until: toIso(endOf(lastDay) + 9 * dayMs),
      reason: text,
      by: text,
    },
  ],
})

const pageOf = (text: string): string => driftPage(buildReport(storedWindow(byHand(text), text)))

/** Tags in their order, attributes included; texts left out. */
const markup = (page: string): readonly string[] =>
  // What is read aloud names subjects too.
  page.match(/<[^>]*>/g)?.map((tag) => tag.replace(/aria-label="[^"]*"/, 'aria-label')) ?? []

describe('the page', () => {
  it('adds no tag and no attribute for whatever people write', () => {
    const plain = markup(pageOf('x'))
    expect(plain.length).toBeGreaterThan(500)
    const hostile = fc.oneof(
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        '</title></svg></table></details><iframe src=//evil.example>',
        '<!--',
        '\u202e<b>',
      ),
      fc.string({
        unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '=', '`', 'a', ' '),
        minLength: 1,
      }),
    )
    fc.assert(
      fc.property(hostile, (text) => {
        expect(markup(pageOf(text))).toEqual(plain)
      }),
      { numRuns: 40 },
    )
  })

  it('closes every tag that it opens', () => {
    const open: string[] = []
    const wrong: string[] = []
    const alone = new Set(['!doctype', 'meta', 'br', 'input'])
    for (const [tag, slash = '', name = ''] of pageOf('x').matchAll(/<(\/?)([a-z0-9!]+)[^>]*>/g)) {
      if (slash !== '' && open.pop() !== name) wrong.push(tag)
      if (slash === '' && !alone.has(name) && !tag.endsWith('/>')) open.push(name)
    }
    expect([open, wrong]).toEqual([[], []])
  })

  it('runs nothing, loads nothing and follows whether it is light or dark', () => {
    const page = pageOf('x')
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(page).not.toMatch(/<script|<link|<img|<iframe|src=|href="[^#]|@import|url\(|https?:/i)
    expect(page).toMatch(/color-scheme: light dark.*@media print/s)
  })

  it('names every subject with its verdict, and links lead to places that are there', () => {
    const page = pageOf('x')
    const report = buildReport(storedWindow(byHand('x'), 'x'))
    for (const { name } of report.subjects) expect(page).toContain(`</span> ${name}</a></th>`)
    for (const group of ['2 critical', '1 warn', '2 info', '3 insufficient data', '3 ok'])
      expect(page).toContain(`scope="rowgroup">${group}</th>`)
    const links = [...page.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id)
    const ids = new Set([...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id))
    expect(links.length).toBeGreaterThan(report.subjects.length)
    expect(links.filter((id) => !ids.has(id ?? ''))).toEqual([])
  })

  it('tells each picture in words too, and says of each figure how many rows it is of', () => {
    const page = pageOf('x')
    const pictures = page.match(/<svg[^>]*>(?:<title>)?/g) ?? []
    expect(
      pictures.filter((one) => !one.includes('aria-hidden') && !one.endsWith('<title>')),
    ).toEqual([])
    expect(page).toContain(
      'PSI, debiased of feature:spending in 28 windows up to 2026-03-01 00:00. weekday: 0.002 to 0.310, last 0.310.',
    )
    expect(page).toContain('n 4,000<br>of 12,000')
    expect(page).toContain('n 4,000<br>of 28,000')
  })

  it('shows what is silent and why', () => {
    const page = pageOf('x')
    expect(page).toContain('inhibited: an upstream alert explains it, nobody is told')
    expect(page).toContain('muted since it was told, until 2026-03-10 00:00: x')
    expect(page).toContain('On the record, nobody is told')
  })

  it('says so where figures are of other rows than the counts beside them', () => {
    const labels = byHand('x').labels?.map((one) => ({ ...one, subjects: [] })) ?? []
    expect(pageOf('x')).not.toContain('labels have changed since')
    expect(driftPage(buildReport(storedWindow({ labels })))).toContain('labels have changed since')
  })

  it('is whole after the first window, and when nothing but that is known', () => {
    const first = buildReport(
      storedWindow({
        windows: [endOf(lastDay)],
        metrics: [],
        courses: [],
        alerts: [],
        baselines: [],
        edges: [],
      }),
    )
    const page = driftPage(first)
    expect(page).toContain('No alert is open.')
    expect(page).toContain(`scope="rowgroup">${first.subjects.length} insufficient data</th>`)
    expect(page).not.toMatch(/NaN|undefined|null|Infinity/)
    const empty = driftPage({ ...first, subjects: [] })
    expect(empty).toContain('<b>0</b>')
    expect(pageOf('x')).not.toMatch(/NaN|undefined|Infinity/)
  })
})

describe('the text', () => {
  const text = printReport(buildReport(storedWindow(byHand('x'), 'x')))

  it('says what is open, then every subject by severity with its rows', () => {
    expect(text).toContain(
      'Drift from 2026-02-28 00:00 to 2026-03-01 00:00 UTC (1 d): 11 subjects, 2 critical, 0 warn, 2 info, 3 insufficient data, 4 ok\n',
    )
    expect(text).toContain('2 alerts are open, 1 told.')
    const lines = text.split('\n')
    const line = (start: string) => lines.find((one) => one.startsWith(`  ${start}`)) ?? ''
    expect(line('feature:spending')).toMatch(
      /PSI 0\.310 weekday, 0\.120 pinned +n 4,000 +of 12,000 weekday, 28,000 pinned +p <0\.0001 +▁+█$/,
    )
    expect(line('volume:web/segment ')).toMatch(/2,000 → 100 \(× 0\.05\)/)
    expect(line('freshness:web/segment')).toMatch(/now ok: silent for 1 min, at most 5 min before/)
    expect(lines.filter((one) => /^[A-Z ]+ \(\d\)$/.test(one))).toEqual([
      'CRITICAL (2)',
      'WARN (1)',
      'INFO (2)',
      'INSUFFICIENT DATA (3)',
      'OK (3)',
    ])
  })

  it('tells a terminal nothing to do', () => {
    const hostile = printReport(
      buildReport(storedWindow(byHand('\u001b[2J\u202e'), '\u001b[2J\n\u202e')),
    )
    expect(hostile).not.toMatch(/\p{Cc}(?<!\n)|\u202e/u)
    expect(
      hostile.split('\n').some((line) => /^ {2}volume:web\/segment \ufffd\[2J \ufffd /.test(line)),
    ).toBe(true)
  })
})

describe('figures', () => {
  it('are as long as they say something', () => {
    expect([0, 0.0001, 0.31234, null].map(distanceText)).toEqual(['0', '<0.001', '0.312', '–'])
    expect([0, 0.0001, 0.1234, 0.99999, 1, null].map(percentText)).toEqual([
      '0.0 %',
      '<0.1 %',
      '12.3 %',
      '>99.9 %',
      '100.0 %',
      '–',
    ])
    expect([1e-9, 0.00231, 0.5, null].map(probabilityText)).toEqual([
      '<0.0001',
      '0.002',
      '0.50',
      '–',
    ])
    expect([0, 5, 1000, 61_000, 3_600_000, 12_000_000, 90_000_000].map(durationText)).toEqual([
      '0',
      '<1 s',
      '1 s',
      '1 min 1 s',
      '1 h',
      '3 h 20 min',
      '1 d 1 h',
    ])
    expect([1234567, 80.5, null].map(countText)).toEqual(['1,234,567', '80.5', '–'])
    expect([0.000123456, 12.3456, 123456.7].map(valueText)).toEqual([
      '0.0001235',
      '12.35',
      '123,457',
    ])
  })

  it('have a round number above them', () => {
    expect([0, 0.31, 0.05, 95, 2000].map(niceAbove)).toEqual([1, 0.4, 0.06, 100, 2500])
  })
})
