import type { Trend } from '../../../../drift/core/report/report-view.ts'

/** Where a trend's values and windows are drawn, from the smallest value to the largest. */
export interface Scale {
  readonly least: number
  readonly most: number
  x(window: number): number
  y(value: number): number
}

export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/**
 * From zero to above whatever is largest, and to where news begins, so that it shows how far away that is. Of what is large all the time, as the
 * share of people who stayed, from below whatever is smallest: its changes would be no more than a line's width.
 */
export function scaleOf(trend: Trend, windows: number, { bottom, left, right, top }: Box): Scale {
  const values = trend.series.flatMap((one) => known(one.values))
  const news = (side: 'above' | 'below') =>
    known(trend.limits.find((limit) => limit.side === side)?.values ?? [])
  const isShare = trend.what === 'share' || trend.what === 'nulls'
  const largest = Math.max(0, ...values, ...news('above'))
  const most =
    trend.what === 'fact' ? 1 : Math.min(niceAbove(largest), isShare ? 1 : Number.POSITIVE_INFINITY)
  const smallest = Math.min(most, ...values, ...news('below'))
  const least =
    trend.what === 'share' && smallest > most * 0.6
      ? Math.max(0, most - niceAbove(most - smallest))
      : 0
  const step = (right - left) / Math.max(1, windows)
  return {
    least,
    most,
    x: (window) => left + (window + 0.5) * step,
    y: (value) =>
      bottom - ((Math.min(Math.max(value, least), most) - least) / (most - least)) * (bottom - top),
  }
}

const known = (values: readonly (number | null)[]): readonly number[] =>
  values.filter((value) => value !== null)

const steps = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]

/** A round number above it, so that nothing touches the edge. */
export function niceAbove(value: number): number {
  if (!(value > 0)) return 1
  const wanted = value * 1.05
  const power = 10 ** Math.floor(Math.log10(wanted))
  return (steps.find((step) => step * power >= wanted) ?? 10) * power
}

/** Runs of windows that have a value, since what was not measured is no zero. */
export function runsOf(
  values: readonly (number | null)[],
): readonly (readonly (readonly [window: number, value: number])[])[] {
  const runs: (readonly [number, number])[][] = [[]]
  for (const [window, value] of values.entries())
    if (value === null) runs.push([])
    else runs.at(-1)?.push([window, value])
  return runs.filter((run) => run.length > 0)
}

export const pathOf = (run: readonly (readonly [number, number])[], scale: Scale): string =>
  run
    .map(
      ([window, value], place) =>
        `${place === 0 ? 'M' : 'L'}${scale.x(window).toFixed(1)} ${scale.y(value).toFixed(1)}`,
    )
    .join('')
