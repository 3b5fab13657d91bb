import { insertRows } from '#runtime/clickhouse/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { MuteRow } from '../../../drift/core/store/rows.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { timeArgument } from '../../shell/time-argument.ts'
import { accountOf, checkSubject, notFound, type Recorded, recordedIn } from './recorded.ts'

export const mute = async (
  terminal: Terminal,
  asked: Recorded & { readonly subject: string; readonly until: string },
): Promise<ExitStatus> =>
  recordedIn(terminal, 'drift mute', asked, async (clickhouse) => {
    checkSubject(asked.subject)
    const now = terminal.now()
    const until = timeArgument(asked.until, '--until', now)
    if (until <= now)
      throw new TributaryError('TRB_USAGE', `--until ${asked.until} is over`, {
        hint: 'Give a time to come, ISO 8601.',
      })
    const row = muteRow(asked, now, until, asked.reason)
    await insertRows(clickhouse, 'drift_mutes', [row])
    terminal.stdout.write(
      asked.json ? toJsonLine(row) : `${asked.subject} is muted until ${row.until}.\n`,
    )
    return 0
  })

export const unmute = async (
  terminal: Terminal,
  asked: Recorded & { readonly subject: string },
): Promise<ExitStatus> =>
  recordedIn(terminal, 'drift unmute', asked, async (clickhouse) => {
    const now = terminal.now()
    const [known] = await clickhouse.query<MuteRow>(
      'SELECT * FROM drift_mutes FINAL WHERE subject = {subject:String} AND until > {now:DateTime64(3)}',
      { subject: asked.subject, now },
    )
    if (known === undefined) throw notFound(`mute of ${asked.subject}`, 'Table drift_mutes')
    const row = muteRow(asked, now, now, asked.reason || known.reason)
    await insertRows(clickhouse, 'drift_mutes', [row])
    terminal.stdout.write(asked.json ? toJsonLine(row) : `${asked.subject} is muted no more.\n`)
    return 0
  })

const muteRow = (
  asked: Recorded & { readonly subject: string },
  at: Date,
  until: Date,
  reason: string,
): MuteRow => ({
  subject: asked.subject,
  version: String(at.getTime()),
  at: at.toISOString(),
  until: until.toISOString(),
  reason,
  by: accountOf(asked),
})
