import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createRowSink } from '#runtime/clickhouse/index.ts'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { profileId, profileRow, segmentMembershipRow } from '../support/clickhouse/rows.ts'

// Whoever has a pipeline file of their own learns nothing of people that the one in force does not tell (ADR 0029).

const directory = mkdtempSync(join(tmpdir(), 'tributary-small-groups-'))
const now = (): Date => new Date('2026-03-02T00:00:00.000Z')
const asOf = '2026-03-02T00:00:00Z'

const text = (privacy: string): string => `${privacy}
purposes: { service: Running the shop }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment, basis: { service: Contract } }
traits:
  - { name: country, type: string, purpose: service, description: Country }
features:
  - { name: orders, kind: count, events: [order_completed], purpose: service, description: Orders }
segments:
  - name: buyers
    description: Buyers
    owner: crm@shop.example
    objective: A second order
    success_metric: {event: order_completed, aggregation: rate, window: 7d, direction: up}
    review_by: 2026-06-30
    enter: orders >= 1
    purpose: service
`

function fileOf(name: string, privacy: string): string {
  const file = join(directory, `${name}.yaml`)
  writeFileSync(file, text(privacy))
  return file
}
const inForce = fileOf('in-force', 'privacy: { min_group: 50 }')
const tried = fileOf('tried', '')
const stricter = fileOf('stricter', 'privacy: { min_group: 200 }')

/** Of 1,000 people 40 are buyers; 40 others are of a small country. */
const people = Array.from({ length: 1000 }, (_, index) => index)

let installation: TestInstallation

beforeAll(async () => {
  installation = await createTestInstallation()
  await installation.createTopics(1)
  const deployed = await run('deploy', inForce, '--by', 'ada')
  if (deployed.status !== 0) throw new Error(deployed.stderr)
  const sink = createRowSink(installation.clickhouse)
  const at = '2026-02-01T00:00:00.000Z'
  await sink.insert({
    profiles: people.map((index) =>
      profileRow({
        profile_id: profileId(index + 1),
        updated_at: at,
        first_seen: at,
        consent: { service: 'basis' },
        f_orders: index < 40 ? 1 : null,
        t_country: index >= 960 ? 'LI' : 'DE',
      }),
    ),
    segment_memberships: people.slice(0, 40).map((index) =>
      segmentMembershipRow({
        profile_id: profileId(index + 1),
        segment: 'buyers',
        entered_at: at,
      }),
    ),
  })
  await sink.close()
})
afterAll(async () => {
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

const run = (...args: string[]): Promise<CliResult> => runCli(args, installation.env, { now })
const away = (...args: string[]): Promise<CliResult> =>
  runCli(args, { ...installation.env, KAFKA_BROKERS: '127.0.0.1:9' }, { now })
/** With the tables of this installation, and topics on which nothing was ever deployed. */
const undeployed = (...args: string[]): Promise<CliResult> =>
  runCli(args, { ...installation.env, TRIBUTARY_PREFIX: `${installation.prefix}none` }, { now })

const reported = z.object({
  population: z.unknown(),
  rules: z.tuple([z.looseObject({ size: z.unknown(), last_entry: z.unknown() })]),
  unknown: z.array(z.string()),
})
const reportOf = ({ stdout }: CliResult) => reported.parse(JSON.parse(stdout))

test.each(['rules', 'review'])(
  '%s tells no group that the file in force would not',
  async (command) => {
    for (const [file, below] of [
      [inForce, 50],
      [tried, 50],
      [stricter, 200],
    ] as const) {
      const { rules, unknown } = reportOf(await run(command, file, '--json'))
      expect(unknown).toEqual([])
      expect(rules[0]).toMatchObject({ size: { size: null, size_below: below }, last_entry: null })
    }
  },
)

test('lint --live tells none either', async () => {
  for (const [file, below] of [
    [tried, '<50'],
    [stricter, '<200'],
  ] as const)
    expect((await run('lint', file, '--live')).stdout).toContain(`buyers has ${below} members`)
})

test('drift names no category of fewer', async () => {
  expect(await run('drift', 'run', '--as-of', asOf, '--pipeline', tried)).toMatchObject({
    stderr: '',
  })
  const edges = await installation.clickhouse.query<{ name: string; categories: string[] }>(
    "SELECT name, categories FROM drift_edges FINAL WHERE kind = 'trait'",
  )
  expect(edges).toEqual([{ name: 'country', categories: ['DE'] }])
})

test('where the file in force is not known, nothing is told of people', async () => {
  for (const [unknown, reason] of [
    [away, 'Kafka'],
    [undeployed, 'pipeline.definitions'],
  ] as const) {
    const rules = await unknown('rules', tried, '--json')
    expect(rules).toMatchObject({ status: 0, stderr: '' })
    const report = reportOf(rules)
    expect(report).toMatchObject({ population: null, rules: [{ size: null, last_entry: null }] })
    expect(report.unknown[0]).toContain('privacy.min_group in force is not known')
    expect(report.unknown[0]).toContain(reason)
    for (const command of [
      ['review', tried],
      ['lint', tried, '--live'],
      ['drift', 'run', '--as-of', asOf, '--pipeline', tried],
    ]) {
      const { stdout, stderr, status } = await unknown(...command)
      expect({ command, stdout }).toEqual({ command, stdout: '' })
      expect([status === 0, stderr.includes(reason)]).toEqual([false, true])
    }
  }
})
