import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { type ClickHouse, migrate, migrateColumns } from '#runtime/clickhouse/index.ts'
import { asError } from '#runtime/errors/index.ts'
import { wholeNumber } from '../../../services/cli/commands/whole-number.ts'
import { shippedDefinition } from '../../support/clickhouse/definition.ts'
import { createUndoing } from '../../support/undoing.ts'
import { checkout } from '../../world/demo/directory.ts'
import { startOwnClickHouse } from '../own-clickhouse.ts'
import { load } from './load.ts'
import { isMet, measure } from './measure.ts'
import { page, type Result, table } from './page.ts'

const options = new Command('bench:read-model')
  .description(
    'How fast the documented views answer over a million profiles whose rows are not merged yet, on a ClickHouse of its own as the local stack has it. Exit 1 when a goal is missed',
  )
  .option('--profiles <n>', 'made-up people', wholeNumber, 1_000_000)
  .option('--versions <n>', 'rows that each of them has in each table', wholeNumber, 3)
  .option('--look-ups <n>', 'of each kind', wholeNumber, 200)
  .option('--page', 'write docs/read-model.md')
  .option('--json', 'one JSON object on stdout')
  .parse()
  .opts<{ profiles: number; versions: number; lookUps: number; page?: true; json?: true }>()

const tables = ['profiles', 'profile_identifiers', 'segment_memberships'] as const
const undoing = createUndoing()
const say = (text: string): void => void process.stderr.write(`${text}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void undoing.all().finally(() => process.exit(130)))

async function countParts(clickhouse: ClickHouse): Promise<Pick<Result, 'parts' | 'rows'>> {
  const counted = await clickhouse.query<{ name: string; parts: string; rows: string }>(
    `SELECT table AS name, count() AS parts, sum(rows) AS rows FROM system.parts
     WHERE database = {database:String} AND active AND table IN {tables:Array(String)} GROUP BY table ORDER BY table`,
    { database: clickhouse.database, tables },
  )
  return {
    parts: Object.fromEntries(counted.map(({ name, parts }) => [name, Number(parts)])),
    rows: Object.fromEntries(counted.map(({ name, rows }) => [name, Number(rows)])),
  }
}

try {
  const clickhouse = await startOwnClickHouse(undoing)
  const definition = shippedDefinition()
  await migrate(clickhouse, { now: () => new Date() })
  await migrateColumns(clickhouse, definition)
  const { lookUps, profiles, versions } = options
  await load(clickhouse, definition, { profiles, versions }, say)
  // As they are now, and not on their way to something better while it is measured.
  for (const name of tables) await clickhouse.command(`SYSTEM STOP MERGES ${name}`)
  const result: Result = {
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      node: process.version,
      load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    },
    profiles,
    versions,
    ...(await countParts(clickhouse)),
    figures: await measure(clickhouse, { definition, profiles, lookUps }, () => performance.now()),
  }
  process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${table(result)}\n`)
  if (options.page) writeFileSync(join(checkout, 'docs/read-model.md'), page(result))
  process.exitCode = result.figures.every(isMet) ? 0 : 1
} catch (error) {
  say(asError(error).stack ?? String(error))
  process.exitCode = 1
} finally {
  await undoing.all()
}
