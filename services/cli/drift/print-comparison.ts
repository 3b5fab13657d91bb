import type { ColumnResult, Convention } from '../../drift/core/compare/compare.ts'
import type { Metrics } from '../../drift/core/compare/metrics.ts'
import { currentRowsMin, referenceRowsMin } from '../../drift/core/verdict/judge.ts'

const figures: readonly (readonly [heading: string, metric: keyof Metrics])[] = [
  ['psi', 'psi'],
  ['debiased', 'psi_debiased'],
  ['js', 'js_distance'],
  ['w1/sd', 'wasserstein_norm'],
  ['ks', 'ks'],
  ['ks p', 'ks_p'],
  ['chi2 p', 'chi2_p'],
  ['new', 'new_category_share'],
]

/** Columns that one of the files lacks. */
export type MissingColumns = Readonly<Record<'reference' | 'current', readonly string[]>>

/** A line per column, sizes beside every figure. */
export function printComparison(
  convention: Convention,
  results: readonly ColumnResult[],
  missing: MissingColumns,
): string {
  const header = [
    'column',
    'type',
    'verdict',
    'n ref',
    'n cur',
    'null ref',
    'null cur',
    ...figures.map(([heading]) => heading),
  ]
  const rows = results.map(({ name, type, verdict, n_ref: nRef, n_cur: nCur, metrics }) => [
    name,
    type,
    verdict ?? '-',
    String(nRef),
    String(nCur),
    share(metrics.null_rate_ref),
    share(metrics.null_rate_cur),
    ...figures.map(([, metric]) => figure(metrics[metric])),
  ])
  const widths = header.map((title, place) =>
    Math.max(title.length, ...rows.map((row) => row[place]?.length ?? 0)),
  )
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, place) =>
        place < 3 ? cell.padEnd(widths[place] ?? 0) : cell.padStart(widths[place] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
  const notes = [
    ...(results.some(({ verdict }) => verdict === 'insufficient_data')
      ? [
          `insufficient_data: a verdict needs ${referenceRowsMin} rows of reference and ${currentRowsMin} of current.`,
        ]
      : []),
    ...(missing.current.length > 0
      ? [`Not in the current file: ${missing.current.join(', ')}`]
      : []),
    ...(missing.reference.length > 0
      ? [`Not in the reference: ${missing.reference.join(', ')}`]
      : []),
  ]
  return `${[`Convention ${convention}`, ...lines, ...notes].join('\n')}\n`
}

const figure = (value: number | null): string => {
  if (value === null) return '-'
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1) : value.toFixed(3)
}

const share = (value: number | null): string =>
  value === null ? '-' : `${(value * 100).toFixed(1)}%`
