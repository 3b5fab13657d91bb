import { insertRows } from '#runtime/clickhouse/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { shownLabel } from '../../../drift/core/report/by-hand.ts'
import type { LabelRow } from '../../../drift/core/store/rows.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { timeArgument } from '../../shell/time-argument.ts'
import {
  accountOf,
  checkSubject,
  notFound,
  type Recorded,
  recordedIn,
  withClickHouse,
} from './recorded.ts'

export interface AddArguments extends Recorded {
  readonly words: string
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly subjects: readonly string[]
}

export const addLabel = async (terminal: Terminal, asked: AddArguments): Promise<ExitStatus> =>
  recordedIn(terminal, 'drift label add', asked, async (clickhouse, trail) => {
    const now = terminal.now()
    const [from, to] = [
      timeArgument(asked.from, '--from', now),
      timeArgument(asked.to, '--to', now),
    ]
    if (from >= to)
      throw new TributaryError('TRB_USAGE', '--from is not before --to', {
        hint: 'Give the span that it lasted.',
      })
    if (asked.kind !== 'incident' && asked.kind !== 'campaign')
      throw new TributaryError('TRB_USAGE', `--kind ${asked.kind} is neither incident nor campaign`)
    for (const subject of asked.subjects) checkSubject(subject)
    const row: LabelRow = {
      label_id: `label-${now.getTime()}`,
      version: String(now.getTime()),
      kind: asked.kind,
      from: from.toISOString(),
      to: to.toISOString(),
      subjects: asked.subjects,
      words: asked.words,
      by: accountOf(asked),
      removed: 0,
    }
    await insertRows(clickhouse, 'drift_labels', [row])
    trail.add({ label: row.label_id })
    print(terminal, asked.json, [row])
    return 0
  })

const inForce = 'SELECT * FROM drift_labels FINAL WHERE removed = 0 ORDER BY `from`, label_id'

export const listLabels = async (terminal: Terminal, json: boolean): Promise<ExitStatus> =>
  withClickHouse(terminal, async (clickhouse): Promise<ExitStatus> => {
    print(terminal, json, await clickhouse.query<LabelRow>(inForce))
    return 0
  })

export const removeLabel = async (
  terminal: Terminal,
  asked: Recorded & { readonly id: string },
): Promise<ExitStatus> =>
  recordedIn(terminal, 'drift label remove', asked, async (clickhouse) => {
    const labels = await clickhouse.query<LabelRow>(inForce)
    const known = labels.find((one) => one.label_id === asked.id)
    if (known === undefined) throw notFound(`label ${asked.id}`, 'tributary drift label list')
    const version = String(Math.max(terminal.now().getTime(), Number(known.version) + 1))
    const row = { ...known, version, by: accountOf(asked), removed: 1 }
    await insertRows(clickhouse, 'drift_labels', [row])
    print(terminal, asked.json, [])
    return 0
  })

function print(terminal: Terminal, json: boolean, rows: readonly LabelRow[]): void {
  const labels = rows.map(shownLabel)
  const lines = labels.map(
    (one) =>
      `${one.id}  ${one.kind}  ${one.from} to ${one.to}  ${one.subjects.length === 0 ? 'everything' : one.subjects.join(', ')}: ${one.words}\n`,
  )
  terminal.stdout.write(
    json ? toJsonLine({ labels }) : lines.length === 0 ? 'No labels.\n' : lines.join(''),
  )
}
