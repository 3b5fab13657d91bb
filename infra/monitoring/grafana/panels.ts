/** A query of a panel. */
export interface Query {
  readonly expr: string
  /** Labels in double braces. */
  readonly legend: string
}

type Unit = 's' | 'short' | 'ops' | 'percentunit' | 'bytes' | 'dateTimeFromNow' | 'none'

export interface Panel {
  readonly title: string
  /** What it says, and what to make of it. */
  readonly description: string
  readonly unit: Unit
  readonly queries: readonly Query[]
  /** Default: a line per series. */
  readonly kind?: 'lines' | 'stacked' | 'number' | 'table'
  /** Values from which it is yellow and red; left out: no colours. */
  readonly limits?: { readonly warn: number; readonly critical: number }
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

/** A panel of one query. */
export const one = (
  title: string,
  description: string,
  unit: Unit,
  expr: string,
  legend: string,
): Panel => ({ title, description, unit, queries: [{ expr, legend }] })

const columns = 24
const datasource = { type: 'prometheus', uid: '${datasource}' }

/** Panels in the grid: as many beside each other as are wide enough. */
export function layout(rows: readonly Row[]): readonly object[] {
  const made: object[] = []
  let y = 0
  for (const { panels, title } of rows) {
    made.push({
      id: made.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: columns, h: 1 },
      panels: [],
    })
    y += 1
    let x = 0
    let lineHeight = 0
    for (const panel of panels) {
      const { h, w } = sizeOf(panel)
      if (x + w > columns) {
        x = 0
        y += lineHeight
        lineHeight = 0
      }
      made.push({ id: made.length + 1, ...panelOf(panel), gridPos: { x, y, w, h } })
      x += w
      lineHeight = Math.max(lineHeight, h)
    }
    y += lineHeight
  }
  return made
}

const sizeOf = ({ kind }: Panel): { readonly w: number; readonly h: number } =>
  kind === 'number' ? { w: 4, h: 4 } : kind === 'table' ? { w: 12, h: 8 } : { w: 8, h: 8 }

function panelOf(panel: Panel): object {
  const { description, kind = 'lines', queries, title, unit } = panel
  return {
    type: kind === 'number' ? 'stat' : kind === 'table' ? 'table' : 'timeseries',
    title,
    description,
    datasource,
    targets: queries.map(({ expr, legend }, place) => ({
      refId: String.fromCodePoint(65 + place),
      datasource,
      expr,
      legendFormat: legend,
      // A table and a number are as of now.
      ...(kind === 'table' ? { format: 'table', instant: true } : {}),
      ...(kind === 'number' ? { instant: true } : {}),
    })),
    fieldConfig: { defaults: { unit, ...looksOf(panel) }, overrides: [] },
    options: optionsOf(panel),
    ...(kind === 'table' ? { transformations: [tidyTable] } : {}),
  }
}

function looksOf({ kind, limits }: Panel): object {
  const steps = [
    { color: 'green', value: null },
    ...(limits === undefined
      ? []
      : [
          { color: 'yellow', value: limits.warn },
          { color: 'red', value: limits.critical },
        ]),
  ]
  const lines =
    kind === 'number' || kind === 'table'
      ? {}
      : {
          custom: {
            fillOpacity: kind === 'stacked' ? 30 : 5,
            lineWidth: 1,
            showPoints: 'never',
            stacking: { mode: kind === 'stacked' ? 'normal' : 'none' },
            thresholdsStyle: { mode: limits === undefined ? 'off' : 'line' },
          },
          min: 0,
        }
  return {
    color: { mode: kind === 'number' && limits !== undefined ? 'thresholds' : 'palette-classic' },
    thresholds: { mode: 'absolute', steps },
    ...lines,
  }
}

function optionsOf({ kind = 'lines', queries }: Panel): object {
  switch (kind) {
    case 'number':
      return {
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        colorMode: 'value',
        graphMode: 'none',
        // Left to itself it names a series only beside others.
        textMode: queries.some(({ legend }) => legend !== '') ? 'value_and_name' : 'value',
      }
    case 'table':
      return { showHeader: true, sortBy: [{ displayName: 'Value', desc: true }] }
    case 'lines':
    case 'stacked':
      return {
        legend: { displayMode: 'list', placement: 'bottom' },
        tooltip: { mode: 'multi', sort: 'desc' },
      }
    default:
      return kind satisfies never
  }
}

const tidyTable = {
  id: 'organize',
  options: { excludeByName: { Time: true, __name__: true, job: true } },
}
