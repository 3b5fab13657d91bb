// How long one run of the drift monitor takes over a million made-up profiles with 15 features, on a ClickHouse that is given:
//   CLICKHOUSE_URL=http://127.0.0.1:8123 node test/bench/drift.ts [profiles]
// The first run freezes the edges too; the second is the one that counts.
import { createClickHouse, migrate, migrateColumns } from '#runtime/clickhouse/index.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { runOnce, storeRun } from '../../services/drift/shell/run-once.ts'

const profiles = Number(process.argv[2] ?? 1_000_000)
const dayMs = 86_400_000
const features = Array.from({ length: 15 }, (_, n) => `f${n}`)
const compiled = loadDefinition(
  `purposes: { service: Running the shop }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment, basis: { service: Contract } }
features:
${features.map((name) => `  - { name: ${name}, kind: decayed_count, events: [page_viewed], half_life: 7d, purpose: service, description: Pages }`).join('\n')}
`,
  definitionVersion(1),
)
// oxlint-disable-next-line node/no-process-env -- a script that is run by hand
const url = process.env['CLICKHOUSE_URL'] ?? 'http://127.0.0.1:8123'
const database = `drift_bench_${Date.now()}`
const clickhouse = createClickHouse({ url, database, requestTimeoutMs: 600_000 })
try {
  await migrate(clickhouse, { now: () => new Date() })
  await migrateColumns(clickhouse, compiled)
  const end = Math.floor(Date.now() / dayMs) * dayMs
  const at = `fromUnixTimestamp64Milli(toInt64(${end - 1000}), 'UTC')`
  const columns = features.flatMap((name) => [
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
  for (const asOf of [end - dayMs, end]) {
    const began = performance.now()
    // The tables of now, whatever the hour.
    const run = await runOnce(clickhouse, compiled, asOf, asOf)
    await storeRun(clickhouse, run, async () => Promise.resolve())
    const seconds = ((performance.now() - began) / 1000).toFixed(2)
    process.stdout.write(
      `${profiles} profiles, ${run.metrics.length} rows of metrics: ${seconds} s\n`,
    )
  }
} finally {
  await clickhouse.command(`DROP DATABASE IF EXISTS ${database}`, { withoutDatabase: true })
  await clickhouse.close()
}
