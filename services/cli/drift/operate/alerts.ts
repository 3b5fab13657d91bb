import type { StoredAlert } from '../../../drift/core/run/stored-alert.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { printAlert, shownAlert } from '../run/print-run.ts'
import { withClickHouse } from './recorded.ts'

const worstFirst =
  "indexOf(['critical', 'warn', 'info'], toString(severity)), opened_at DESC, kind, name"

/**
 * `tributary drift alerts`: worst first. 1: one is open that somebody is told of.
 * @param closed So many of those that are closed, the last ones, come after them.
 */
export const listAlerts = async (
  terminal: Terminal,
  closed: number,
  json: boolean,
): Promise<ExitStatus> =>
  withClickHouse(terminal, async (clickhouse): Promise<ExitStatus> => {
    const open = await clickhouse.query<StoredAlert>(
      `SELECT * FROM drift_alerts FINAL WHERE closed_at IS NULL ORDER BY ${worstFirst}`,
    )
    const found =
      closed === 0
        ? []
        : await clickhouse.query<StoredAlert>(
            `SELECT * FROM drift_alerts FINAL WHERE closed_at IS NOT NULL ORDER BY closed_at DESC, ${worstFirst} LIMIT {limit:UInt32}`,
            { limit: closed + 1 },
          )
    const more = found.length > closed
    const alerts = [...open, ...found.slice(0, closed)].map(shownAlert)
    const text = alerts.length === 0 ? 'No alert is open.\n' : alerts.map(printAlert).join('\n')
    const rest = more ? `\nThere are older ones: --limit shows more.\n` : ''
    terminal.stdout.write(json ? toJsonLine({ alerts, more }) : `${text}${rest}`)
    return alerts.some((one) => one.told && one.closed_at === null) ? 1 : 0
  })
