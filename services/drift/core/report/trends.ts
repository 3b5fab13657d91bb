import { countRatio, shareFloor } from '../run/signals.ts'
import { nullGrowthMin } from '../verdict/judge.ts'
import { floors } from '../verdict/size.ts'
import { criticalFrom, silenceAllowed } from '../watch/assess.ts'
import { referenceNames, type Subject } from '../watch/signal.ts'
import type { Trend, Unit } from './report-view.ts'
import type { StoredCourse } from './stored.ts'

/** Rows of one subject in one window, one a reference; undefined: it was not judged then. */
export type CourseRows = readonly StoredCourse[] | undefined

type Values = readonly (number | null)[]
type Limit = Trend['limits'][number]

/** Figures of a subject window by window, and where they would be news: first what the verdict of the last one is of. */
export function trendsOf(
  subject: Subject,
  isDistribution: boolean,
  unit: Unit,
  windows: readonly CourseRows[],
): readonly Trend[] {
  if (isDistribution) {
    const [spread, empty] = [spreadTrend(windows), nullsTrend(windows)]
    if (empty === null) return [spread]
    return unit === 'share' ? [empty, spread] : [spread, empty]
  }
  const values = (of: (row: StoredCourse) => number | null): Values =>
    windows.map((rows) => (rows?.[0] === undefined ? null : of(rows[0])))
  const usual = values(({ before }) => before)
  const now = values(({ after, n_cur, unit: what }) =>
    // A count of which too little is known to judge it was counted all the same.
    after === null && what === 'count' ? Number(n_cur) : after,
  )
  return [
    {
      what: unit,
      series: [
        { name: 'window', values: now },
        ...(unit === 'fact' ? [] : [{ name: 'usual' as const, values: usual }]),
      ],
      limits: limitsOf(subject, unit, usual),
    },
  ]
}

function limitsOf(subject: Subject, unit: Unit, usual: Values): readonly Limit[] {
  switch (unit) {
    case 'count':
      return byRatio(usual, countRatio({ subject }))
    case 'share': {
      const floor = shareFloor({ subject })
      if ('points' in floor) return byPoints(usual)
      return 'ratio' in floor ? byRatio(usual, floor.ratio) : byRestRatio(usual, floor.restRatio)
    }
    case 'ms':
      return [
        at('warn', 'above', usual, silenceAllowed),
        at('critical', 'above', usual, (ms) => silenceAllowed(ms) * criticalFrom.silence),
      ]
    case 'psi':
    case 'fact':
      return []
    default:
      return unit satisfies never
  }
}

const at = (
  severity: Limit['severity'],
  side: Limit['side'],
  usual: Values,
  limit: (value: number) => number,
): Limit => ({
  severity,
  side,
  values: usual.map((value) => (value === null ? null : limit(value))),
})

const byPoints = (usual: Values): readonly Limit[] => [
  at('warn', 'above', usual, (value) => value + nullGrowthMin),
  at('critical', 'above', usual, (value) => value + nullGrowthMin * criticalFrom.points),
]

const steps = (ratio: number) =>
  [
    ['warn', ratio],
    ['critical', ratio ** criticalFrom.ratio],
  ] as const

const byRatio = (usual: Values, ratio: number): readonly Limit[] =>
  steps(ratio).flatMap(([severity, times]) => [
    at(severity, 'above', usual, (value) => value * times),
    at(severity, 'below', usual, (value) => value / times),
  ])

/** Of what is not it. */
const byRestRatio = (usual: Values, ratio: number): readonly Limit[] =>
  steps(ratio).flatMap(([severity, times]) => [
    at(severity, 'above', usual, (value) => 1 - (1 - value) / times),
    at(severity, 'below', usual, (value) => Math.max(0, 1 - (1 - value) * times)),
  ])

const against = (rows: CourseRows, reference: string): StoredCourse | undefined =>
  rows?.find((row) => row.reference === reference)

function spreadTrend(windows: readonly CourseRows[]): Trend {
  return {
    what: 'psi',
    series: referenceNames
      .map((name) => ({
        name,
        values: windows.map((rows) => against(rows, name)?.psi_debiased ?? null),
      }))
      .filter(({ values }) => values.some((value) => value !== null)),
    limits: (['info', 'warn', 'critical'] as const).map((severity) => ({
      severity,
      side: 'above',
      values: windows.map(() => floors[severity]),
    })),
  }
}

/** Who has no value. null: everybody has one, always. */
function nullsTrend(windows: readonly CourseRows[]): Trend | null {
  // As it is judged: against the pinned baseline where there is one.
  const rows = windows.map((all) => against(all, 'pinned') ?? all?.[0])
  const [now, usual] = [
    rows.map((row) => row?.null_rate_cur ?? null),
    rows.map((row) => row?.null_rate_ref ?? null),
  ]
  if (![...now, ...usual].some((rate) => rate !== null && rate > 0)) return null
  return {
    what: 'nulls',
    series: [
      { name: 'window', values: now },
      { name: 'usual', values: usual },
    ],
    limits: byPoints(usual),
  }
}
