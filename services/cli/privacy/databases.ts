import { type ClickHouse, createClickHouse } from '#runtime/clickhouse/index.ts'
import { readClickHouseConfig } from '../shell/configuration.ts'
import type { Terminal } from '../shell/terminal.ts'

/** How long one deletion may take: it writes every part anew that holds a row of the person. */
const requestTimeoutMs = 30 * 60_000

/** The database that serves, and those of generations that are being built or were replaced and are still there. */
export interface Databases extends AsyncDisposable {
  readonly base: ClickHouse
  /** The base among them, first. */
  readonly all: readonly ClickHouse[]
}

export async function openDatabases(terminal: Terminal): Promise<Databases> {
  const config = readClickHouseConfig(terminal)
  await using opening = new AsyncDisposableStack()
  const connect = (database: string): ClickHouse => {
    const one = createClickHouse({
      url: config.clickhouseUrl,
      username: config.clickhouseUser,
      password: config.clickhousePassword,
      database,
      requestTimeoutMs,
    })
    opening.defer(async () => one.close())
    return one
  }
  const base = connect(config.clickhouseDatabase)
  const shadows = await base.query<{ readonly name: string }>(
    'SELECT name FROM system.databases WHERE match(name, {pattern:String}) ORDER BY name',
    { pattern: `^${config.clickhouseDatabase}_generation_[0-9]+$` },
    { withoutDatabase: true },
  )
  const all = [base, ...shadows.map(({ name }) => connect(name))]
  const open = opening.move()
  return { base, all, [Symbol.asyncDispose]: async () => open.disposeAsync() }
}
