import { describe, expect, it } from 'vitest'
import { toIso } from '#runtime/time/iso.ts'
import type { LabelRow } from '../store/rows.ts'
import { buildReport } from './build-report.ts'
import type { DriftReport, SubjectReport } from './report-view.ts'
import { alertOf, dayMs, endOf, lastDay, metricOf, storedWindow } from './testing/stored-window.ts'

function of(report: DriftReport, subject: string): SubjectReport {
  const found = report.subjects.find((one) => one.subject === subject)
  if (found === undefined) throw new Error(`no ${subject}`)
  return found
}

const limitsOf = (report: DriftReport, subject: string) =>
  of(report, subject).trends[0]?.limits.map(({ severity, side, values }) => [
    severity,
    side,
    values.at(-1),
  ])

const labelOf = (id: string, from: number, to: number): LabelRow => ({
  label_id: id,
  version: '1',
  kind: 'incident',
  from: toIso(from),
  to: toIso(to),
  subjects: [],
  words: 'pages twice',
  by: 'ada',
  removed: 0,
})

describe('subjects', () => {
  const report = buildReport(storedWindow())

  it('are those that were judged and those that were measured, each once and none left out', () => {
    expect(report.subjects.map(({ subject }) => subject).toSorted()).toEqual([
      'feature:spending',
      'freshness:web/new',
      'freshness:web/segment',
      'rule:keen lets nobody in',
      'rule:keen overdue for review',
      'schema:web/segment',
      'segment:keen entered',
      'trait:country',
      'trait:tiny',
      'volume:web/segment',
      'volume:web/segment FR',
    ])
    expect(report.verdicts).toEqual({ critical: 2, warn: 0, info: 2, insufficient_data: 3, ok: 4 })
  })

  it('stand by the worse of their window and their alert, the worst first, and what nobody knows before what is well', () => {
    expect(report.subjects.map(({ standing, subject }) => `${standing} ${subject}`)).toEqual([
      'critical feature:spending',
      'critical volume:web/segment',
      'warn freshness:web/segment',
      'info schema:web/segment',
      'info rule:keen overdue for review',
      'insufficient_data trait:tiny',
      'insufficient_data freshness:web/new',
      'insufficient_data segment:keen entered',
      'ok trait:country',
      'ok volume:web/segment FR',
      'ok rule:keen lets nobody in',
    ])
    expect(of(report, 'freshness:web/segment')).toMatchObject({
      verdict: 'ok',
      alert: { severity: 'warn', calm: 2, inhibited: false },
    })
  })

  it('of which too little is known say what is missing', () => {
    expect(of(report, 'trait:tiny').why).toBe(
      'fewer than 500 had a value when its bins were to be frozen',
    )
    expect(of(report, 'segment:keen entered').why).toBe('below 50 a count says nothing')
    expect(of(report, 'freshness:web/new').why).toBe(
      'what is usual is known after 3 windows in which something came, of which there are 0',
    )
    expect(of(report, 'trait:country').why).toBeNull()
  })

  it('name the reference that decided, and all figures with the rows that they are of', () => {
    const spending = of(report, 'feature:spending')
    expect(spending.decided_by).toBe('weekday')
    expect(
      spending.figures.map(({ n_cur, n_ref, psi_debiased, reference }) => [
        reference,
        psi_debiased,
        n_cur,
        n_ref,
      ]),
    ).toEqual([
      ['weekday', 0.31, 4000, 12_000],
      ['pinned', 0.12, 4000, 28_000],
    ])
    expect(of(report, 'trait:country').decided_by).toBeNull()
  })
})

describe('what was counted', () => {
  const report = buildReport(storedWindow())

  it('stands bin by bin beside what it is compared with, with what each bin adds to the PSI', () => {
    const { evidence } = of(report, 'feature:spending')
    expect(evidence).toMatchObject({
      shape: 'distribution',
      values: 'numeric',
      mean: 20,
      references: [
        // Three weeks before it are in the store.
        { reference: 'weekday', windows: 3, rows: 12_000, mean: 10, as_judged: true },
      ],
      bins: [
        { bin: 'below 10', kind: 'values', current: 500, weekday: 4200, pinned: null },
        { bin: 'from 10', kind: 'values', current: 2300, weekday: 4200 },
        { bin: '0', kind: 'zero', current: 1000, weekday: 3000 },
        { bin: '(null)', kind: 'null', current: 200, weekday: 600 },
      ],
    })
    if (evidence.shape !== 'distribution') throw new Error('no distribution')
    expect(evidence.bins[0]?.psi).toBeGreaterThan(0.2)
    expect(evidence.bins[2]?.psi).toBeLessThan(0.001)
  })

  it('tells a category of a bad name from the bin that is called so', () => {
    const { evidence } = of(buildReport(storedWindow({}, '(null)')), 'trait:country')
    expect(evidence).toMatchObject({
      bins: [
        { bin: 'DE', kind: 'values' },
        { bin: '(null)', kind: 'values', current: 500 },
        { bin: '(other)', kind: 'other', current: 100 },
        { bin: '(new)', kind: 'new' },
        { bin: '(null)', kind: 'null', current: 400 },
      ],
    })
  })

  it('of counts, shares, silences, schemas and facts is there too', () => {
    expect(of(report, 'volume:web/segment').evidence).toEqual({
      shape: 'count',
      current: 100,
      weekday: [7, 14, 21].map((day) => ({ as_of: toIso(endOf(day)), count: 2000 })),
    })
    expect(of(report, 'volume:web/segment FR').evidence).toEqual({
      shape: 'share',
      hits: 100,
      of: 2000,
      references: [{ reference: 'weekday', windows: 3, hits: 300, of: 6000 }],
    })
    expect(of(report, 'freshness:web/segment').evidence).toMatchObject({
      last_at: toIso(endOf(lastDay) - 60_000),
      longest_gap_ms: 300_000,
    })
    expect(of(report, 'schema:web/segment').evidence).toEqual({
      shape: 'set',
      ids: [7, 9],
      new: [9],
    })
    expect(of(report, 'rule:keen overdue for review').evidence).toEqual({
      shape: 'fact',
      holds: true,
    })
    expect(of(report, 'rule:keen lets nobody in').evidence).toEqual({ shape: 'none' })
  })

  it('says when labels have changed since the window was judged', () => {
    const label = labelOf('label-1', endOf(20), endOf(21))
    const labelled = buildReport(storedWindow({ labels: [label] }))
    const { course, evidence } = of(labelled, 'feature:spending')
    expect(evidence).toMatchObject({
      references: [{ reference: 'weekday', windows: 2, rows: 8000, as_judged: false }],
    })
    expect(course.flatMap((one, place) => (one.labelled ? [place + 1] : []))).toEqual([21])
    expect(labelled.labels).toMatchObject([{ id: 'label-1', words: 'pages twice' }])
  })

  it('leaves out what alerts had left out', () => {
    const stored = storedWindow()
    const metrics = stored.metrics.map((row) =>
      row.name === 'spending' && row.reference === 'weekday'
        ? { ...row, n_ref: 8000, left_out: 1 }
        : row,
    )
    const episodes = [
      {
        subject: { kind: 'freshness', name: 'crm/till' },
        since: endOf(21),
        last: endOf(21),
        severity: 'critical',
        inhibited: false,
      } as const,
    ]
    const left = buildReport(storedWindow({ metrics, episodes }))
    expect(of(left, 'feature:spending').evidence).toMatchObject({
      references: [{ windows: 2, rows: 8000, as_judged: true }],
    })
    expect(of(left, 'feature:spending').figures[0]?.left_out).toBe(1)
    // Of a subject that lost no window nothing is left out.
    expect(of(left, 'volume:web/segment').evidence).toMatchObject({ weekday: [{}, {}, {}] })
  })
})

describe('trends', () => {
  const report = buildReport(storedWindow())

  it('are as long as the windows, and where nothing was judged there is a gap', () => {
    const [psi, nulls] = of(report, 'feature:spending').trends
    expect(psi).toMatchObject({ what: 'psi' })
    expect(psi?.series.map(({ name, values }) => [name, values.length, values.at(-1)])).toEqual([
      ['weekday', 28, 0.31],
      ['pinned', 28, 0.12],
    ])
    expect(psi?.series[1]?.values.slice(0, -1).every((value) => value === null)).toBe(true)
    expect(psi?.limits.map(({ severity, values }) => [severity, values[0]])).toEqual([
      ['info', 0.05],
      ['warn', 0.1],
      ['critical', 0.25],
    ])
    expect(nulls).toMatchObject({ what: 'nulls' })
    expect(nulls?.limits[0]?.values.at(-1)).toBeCloseTo(0.06, 9)
  })

  it('have the limits of what they are: times what is usual, or times the longest silence', () => {
    expect(limitsOf(report, 'volume:web/segment')).toEqual([
      ['warn', 'above', 4000],
      ['warn', 'below', 1000],
      ['critical', 'above', 8000],
      ['critical', 'below', 500],
    ])
    // Three times five minutes are less than the hour that any silence may last.
    expect(limitsOf(report, 'freshness:web/segment')).toEqual([
      ['warn', 'above', 3_600_000],
      ['critical', 'above', 14_400_000],
    ])
    expect(limitsOf(report, 'schema:web/segment')).toEqual([])
  })

  it('show a count of which too little is known all the same', () => {
    expect(of(report, 'segment:keen entered').trends[0]?.series[0]?.values.at(-1)).toBe(8)
  })

  it('are there after the first window', () => {
    const one = buildReport(storedWindow({ windows: [endOf(lastDay)] }))
    expect(of(one, 'feature:spending').trends[0]?.series[0]?.values).toEqual([0.31])
    expect(of(one, 'feature:spending').course).toEqual([
      { verdict: 'critical', alert: null, n_cur: 4000, labelled: false },
    ])
  })

  it('of a subject whose nulls are told begin with those, against the pinned baseline where there is one', () => {
    const row = {
      unit: 'share',
      before: 0.03,
      after: 0.09,
      severity: 'warn',
      psi_debiased: 0.02,
      null_rate_ref: 0.05,
      null_rate_cur: 0.09,
    } as const
    const metrics = [
      metricOf('feature:spending', 'weekday', row),
      metricOf('feature:spending', 'pinned', { ...row, null_rate_ref: 0.03 }),
    ]
    const stored = storedWindow({ metrics, courses: metrics })
    const { trends, unit } = of(buildReport(stored), 'feature:spending')
    expect([unit, ...trends.map(({ what }) => what)]).toEqual(['share', 'nulls', 'psi'])
    expect(trends[0]?.series[1]?.values.at(-1)).toBe(0.03)
    expect(trends[0]?.limits[0]?.values.at(-1)).toBeCloseTo(0.04, 9)
  })
})

describe('alerts', () => {
  it('that somebody is told of come first, and closed ones apart', () => {
    const { closed, open } = buildReport(storedWindow())
    expect(open.map(({ severity, subject, told }) => [subject, severity, told])).toEqual([
      ['freshness:web/segment', 'warn', true],
      ['volume:web/segment', 'critical', false],
    ])
    expect(closed.map(({ subject }) => subject)).toEqual(['trait:country'])
  })

  it('that were closed later were open then', () => {
    const alerts = [
      alertOf('feature:a', 26, { closed_at: toIso(endOf(lastDay + 1)) }),
      alertOf('feature:b', 26, { closed_at: toIso(endOf(lastDay)) }),
      alertOf('feature:c', 26, { muted: 'known' }),
    ]
    const { closed, open } = buildReport(storedWindow({ alerts }))
    expect(open.map(({ subject, told }) => [subject, told])).toEqual([
      ['feature:a', true],
      ['feature:c', false],
    ])
    expect(closed.map(({ subject }) => subject)).toEqual(['feature:b'])
  })
})

describe('what people said', () => {
  it('names the baseline that the window was judged with, and one that was pinned since', () => {
    const stored = storedWindow()
    const [first] = stored.baselines
    if (first === undefined) throw new Error('no baseline')
    const later = { ...first, id: 'later', pinnedAt: endOf(lastDay) + 1000, to: endOf(20) }
    expect(buildReport({ ...stored, baselines: [later, first] }).baselines).toMatchObject([
      { id: 'first', in_force: true, over: false, next: false },
      { id: 'later', in_force: false, over: true, next: true },
    ])
  })

  it('leaves labels of other times out', () => {
    const labels = [
      labelOf('long ago', endOf(-40), endOf(-39)),
      labelOf('lately', endOf(3), endOf(4)),
      labelOf('to come', endOf(lastDay) + dayMs, endOf(lastDay) + 2 * dayMs),
    ]
    expect(buildReport(storedWindow({ labels })).labels.map(({ id }) => id)).toEqual(['lately'])
  })
})
