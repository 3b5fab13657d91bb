import { migrate } from '#runtime/clickhouse/index.ts'
import { auditedAfter } from '../shell/audit.ts'
import { openClickHouse } from '../shell/connections.ts'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'

export interface MigrateArguments {
  readonly cluster: string | null
  readonly replicated: boolean
  readonly dryRun: boolean
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly json: boolean
}

/** It makes the table that it is written down in: afterwards, or not at all. */
export async function runMigrate(terminal: Terminal, asked: MigrateArguments): Promise<ExitStatus> {
  const clickhouse = openClickHouse(terminal)
  try {
    const { applied, database, upToDate } = await migrate(clickhouse, {
      cluster: asked.cluster,
      engine: asked.replicated ? 'ReplicatedReplacingMergeTree' : 'ReplacingMergeTree',
      dryRun: asked.dryRun,
      now: terminal.now,
    }).catch(async (error: unknown) => {
      if (!asked.dryRun) await auditedAfter(terminal, { command: 'migrate', ...asked }, 'failed')
      throw error
    })
    if (!asked.dryRun)
      await auditedAfter(terminal, { command: 'migrate', ...asked, details: { applied } }, 'done')
    if (asked.json) {
      terminal.stdout.write(
        toJsonLine({ applied, database, dry_run: asked.dryRun, up_to_date: upToDate }),
      )
    } else {
      const verb = asked.dryRun ? 'would apply' : 'applied'
      const lines = applied.map((name) => `${verb} ${name}`)
      const rest = `${upToDate.length} of ${upToDate.length + applied.length} were there already`
      terminal.stdout.write([`database ${database}`, ...lines, rest, ''].join('\n'))
    }
    return 0
  } finally {
    await clickhouse.close()
  }
}
