import { type ClickHouse, insertRows } from '#runtime/clickhouse/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { fromIso } from '#runtime/time/iso.ts'
import { shownBaseline } from '../../../drift/core/report/by-hand.ts'
import { type Baseline, baselineDays, inForce } from '../../../drift/core/store/baseline.ts'
import { type BaselineRow, baselineOfRow, baselineRow } from '../../../drift/core/store/rows.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { timeArgument } from '../../shell/time-argument.ts'
import { accountOf, notFound, type Recorded, recordedIn, withClickHouse } from './recorded.ts'

const dayMs = 86_400_000

export interface CreateArguments extends Recorded {
  /** Both null: edges are frozen anew. */
  readonly from: string | null
  readonly to: string | null
}

export const createBaseline = async (
  terminal: Terminal,
  asked: CreateArguments,
): Promise<ExitStatus> =>
  recordedIn(terminal, 'drift baseline create', asked, async (clickhouse, trail) => {
    const now = terminal.now().getTime()
    const id = `baseline-${now}`
    const span =
      asked.from === null && asked.to === null
        ? { edgesId: id, from: now, to: now + baselineDays * dayMs }
        : await storedSpan(terminal, clickhouse, asked)
    const by = accountOf(asked)
    const made: Baseline = { id, ...span, createdAt: now, pinnedAt: null, by, reason: asked.reason }
    await insertRows(clickhouse, 'drift_baselines', [baselineRow(made, now)])
    trail.add({ baseline: id })
    print(terminal, asked.json, [shownBaseline(made, null)])
    return 0
  })

/** Windows of a baseline: each later window is compared with all of them, a year of hours at most. */
export const baselineWindowsMax = 10_000

/** @throws TributaryError where no windows, too many, or windows counted in several edges, are in the span. */
async function storedSpan(
  terminal: Terminal,
  clickhouse: ClickHouse,
  { from, to }: CreateArguments,
): Promise<Pick<Baseline, 'edgesId' | 'from' | 'to'>> {
  const now = terminal.now()
  if (from === null || to === null)
    throw new TributaryError('TRB_USAGE', '--from and --to come together', {
      hint: 'Give both, or none to freeze edges anew.',
    })
  const span = [timeArgument(from, '--from', now), timeArgument(to, '--to', now)] as const
  const rows = await clickhouse.query<{
    edges_id: string
    first: string
    last: string
    windows: string
  }>(
    `SELECT edges_id, min(as_of) AS first, max(as_of) AS last, uniqExact(as_of) AS windows FROM drift_snapshots FINAL
     WHERE edges_id != '' AND as_of >= {from:DateTime64(3)} AND as_of <= {to:DateTime64(3)} GROUP BY edges_id`,
    { from: span[0], to: span[1] },
  )
  const [row, more] = rows
  if (row === undefined)
    throw new TributaryError('TRB_NOT_FOUND', 'no window of that span was measured', {
      hint: 'tributary drift run --as-of measures one, also of the past.',
    })
  if (more !== undefined)
    throw new TributaryError(
      'TRB_USAGE',
      'the windows of that span were counted in several edges',
      {
        hint: `Choose one of: ${rows.map(({ first, last }) => `${first} to ${last}`).join('; ')}.`,
      },
    )
  if (Number(row.windows) > baselineWindowsMax)
    throw new TributaryError(
      'TRB_USAGE',
      `${row.windows} windows ended in that span, of which a baseline has ${baselineWindowsMax} at most`,
      { hint: 'Give a shorter one: four weeks have every weekday four times.' },
    )
  return { edgesId: row.edges_id, from: fromIso(row.first), to: fromIso(row.last) }
}

const readBaselines = async (clickhouse: ClickHouse): Promise<readonly Baseline[]> => {
  const rows = await clickhouse.query<BaselineRow>(
    'SELECT * FROM drift_baselines FINAL ORDER BY created_at, baseline_id',
  )
  return rows.map(baselineOfRow)
}

export const listBaselines = async (terminal: Terminal, json: boolean): Promise<ExitStatus> =>
  withClickHouse(terminal, async (clickhouse): Promise<ExitStatus> => {
    const baselines = await readBaselines(clickhouse)
    const now = inForce(baselines, terminal.now().getTime())
    print(
      terminal,
      json,
      baselines.map((one) => shownBaseline(one, now)),
    )
    return 0
  })

export const pinBaseline = async (
  terminal: Terminal,
  asked: Recorded & { readonly id: string },
): Promise<ExitStatus> =>
  recordedIn(terminal, 'drift baseline pin', asked, async (clickhouse) => {
    const known = (await readBaselines(clickhouse)).find(({ id }) => id === asked.id)
    if (known === undefined) throw notFound(`baseline ${asked.id}`, 'tributary drift baseline list')
    const now = terminal.now().getTime()
    const by = accountOf(asked)
    const pinned = { ...known, pinnedAt: now, by, reason: asked.reason || known.reason }
    await insertRows(clickhouse, 'drift_baselines', [baselineRow(pinned, now)])
    print(terminal, asked.json, [shownBaseline(pinned, pinned)])
    return 0
  })

type Shown = ReturnType<typeof shownBaseline>

function print(terminal: Terminal, json: boolean, baselines: readonly Shown[]): void {
  const lines = baselines.map(
    ({ by, from, id, in_force, reason, to }) =>
      `${in_force ? '* ' : '  '}${id}  ${from} to ${to}  ${by}${reason === '' ? '' : `: ${reason}`}\n`,
  )
  const text = lines.length === 0 ? 'No baseline yet: the first run makes one.\n' : lines.join('')
  terminal.stdout.write(json ? toJsonLine({ baselines }) : text)
}
