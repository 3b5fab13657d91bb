import { cpus, loadavg } from 'node:os'
import { Command } from 'commander'
import { type ClickHouse, migrate, migrateColumns } from '#runtime/clickhouse/index.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { asError } from '#runtime/errors/index.ts'
import { canonicalJson } from '#runtime/log/canonical-json.ts'
import { wholeNumber } from '../../services/cli/commands/whole-number.ts'
import { runOnce, storeRun } from '../../services/drift/shell/run-once.ts'
import { createUndoing } from '../support/undoing.ts'
import { startOwnClickHouse } from './own-clickhouse.ts'
import { median } from './statistics.ts'

// `npm run bench:drift`: how long one run of the drift monitor takes, on a ClickHouse of its own.

const goalSeconds = 6
const dayMs = 86_400_000
const { events, json, profiles, runs } = new Command('bench:drift')
  .description(
    `How long one window of the drift monitor takes over made-up people with 15 features and their events, on a ClickHouse of its own as the local stack has it. The first run freezes edges too; the median of the others counts. Exit 1 above ${goalSeconds} seconds`,
  )
  .option('--profiles <n>', 'made-up people', wholeNumber, 1_000_000)
  .option(
    '--events <n>',
    'events in each window, of which a third has properties',
    wholeNumber,
    100_000,
  )
  .option('--runs <n>', 'windows after the first', wholeNumber, 3)
  .option('--json', 'one JSON object on stdout')
  .parse()
  .opts<{ profiles: number; events: number; runs: number; json?: true }>()

const names = Array.from({ length: 15 }, (_, n) => `f${n}`)
const compiled = loadDefinition(
  `purposes: { service: Running the shop }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment, basis: { service: Contract } }
features:
${names
  .map((name, n) =>
    n < 10
      ? `  - { name: ${name}, kind: decayed_count, events: [page_viewed], half_life: 7d, purpose: service, description: Pages }`
      : `  - { name: ${name}, kind: decayed_sum, events: [product_viewed], value: properties.p${n}, half_life: 7d, purpose: service, description: Products }`,
  )
  .join('\n')}
`,
  definitionVersion(1),
)

/** Everybody once, as many half-lives ago as a day is. */
async function fill(
  clickhouse: ClickHouse,
  { features }: CompiledDefinition,
  end: number,
): Promise<void> {
  const at = `fromUnixTimestamp64Milli(toInt64(${end - 1000}), 'UTC')`
  const columns = features.flatMap(({ name }) => [
    `f_${name}`,
    `f_${name}_ref_time`,
    `f_${name}_half_life_ms`,
  ])
  const values = features.flatMap((_, n) => [
    `if(number % 7 = ${n % 7}, NULL, -log((cityHash64(number, ${n}) % 1000000 + 1) / 1000001))`,
    at,
    String(7 * dayMs),
  ])
  await clickhouse.command(
    `INSERT INTO profiles (profile_id, version, updated_at, members, ${columns.join(', ')})
     SELECT generateUUIDv4(), 1, ${at}, ['email:a'], ${values.join(', ')} FROM numbers(${profiles})`,
  )
}

async function comes(clickhouse: ClickHouse, end: number): Promise<void> {
  const at = `fromUnixTimestamp64Milli(toInt64(${end - dayMs}) + intDiv(number * ${dayMs}, ${events}), 'UTC')`
  await clickhouse.command(
    `INSERT INTO events (fragment_id, partition, version, event_id, channel, source, type, occurred_at, received_at, log_time, properties)
     SELECT concat('cookie:', toString(cityHash64(number))), 0, ${end} + number, toString(number), 'web', 'segment',
       if(number % 3 = 0, 'product_viewed', 'page_viewed'), ${at}, ${at}, ${at},
       if(number % 3 = 0, '{"category":"shoes","p10":1,"p11":2.5,"p12":3,"p13":4,"p14":5,"price":19.9,"product_id":"a-1"}', '{}')
     FROM numbers(${events})`,
  )
}

const load = (): number => Math.round((loadavg()[0] ?? 0) * 10) / 10
const undoing = createUndoing()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void undoing.all().finally(() => process.exit(130)))
try {
  const clickhouse = await startOwnClickHouse(undoing)
  await migrate(clickhouse, { now: () => new Date() })
  await migrateColumns(clickhouse, compiled)
  const end = Math.floor(Date.now() / dayMs) * dayMs
  await fill(clickhouse, compiled, end - runs * dayMs)
  const taken: { seconds: number; load: number; subjects: number }[] = []
  /* oxlint-disable no-await-in-loop -- one window after the other */
  for (let place = runs; place >= 0; place -= 1) {
    const asOf = end - place * dayMs
    await comes(clickhouse, asOf)
    const began = performance.now()
    // The tables of now, whatever the hour.
    const run = await runOnce(clickhouse, compiled, asOf, asOf)
    await storeRun(clickhouse, run, async () => Promise.resolve())
    const seconds = Math.round(performance.now() - began) / 1000
    taken.push({ seconds, load: load(), subjects: run.metrics.length })
    if (!json) {
      const what = place === runs ? 'with the freezing of edges' : `window ${runs - place}`
      process.stdout.write(`${what}: ${seconds} s, load ${load()}\n`)
    }
  }
  /* oxlint-enable no-await-in-loop */
  const medianSeconds = median(taken.slice(1).map(({ seconds }) => seconds))
  const cores = cpus().length
  process.stdout.write(
    json
      ? `${canonicalJson({ profiles, events, features: names.length, cores, runs: taken, median_seconds: medianSeconds, goal_seconds: goalSeconds })}\n`
      : `${profiles} profiles, ${names.length} features, ${events} events, ${cores} cores: ${medianSeconds} s (goal: ${goalSeconds} s)\n`,
  )
  process.exitCode = medianSeconds <= goalSeconds ? 0 : 1
} catch (error) {
  process.stderr.write(`${asError(error).stack ?? String(error)}\n`)
  process.exitCode = 1
} finally {
  await undoing.all()
}
