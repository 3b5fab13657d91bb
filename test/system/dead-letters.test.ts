import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { topicName } from '#schemas/topics.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'

// Records that cannot be used are looked at, put right and sent again. Each test goes on where the one before it ended.

const directory = mkdtempSync(join(tmpdir(), 'tributary-dead-letters-'))
const pipeline = (sources: readonly string[]): string => `
time_zone: UTC
purposes: { service: Service }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment }
${sources.map((source) => `  - ${source}\n`).join('')}`
const shop =
  '{ channel: web, topics: [channel.web.shop], format: json, source: tributary, name: shop }'

let installation: Installation

const at = new Date(Date.now() - 60_000).toISOString()
const page = (messageId: string): object => ({
  type: 'page',
  messageId,
  anonymousId: 'a1',
  timestamp: at,
})
const order = (event_id: string, more: object = { type: 'order_completed' }): object => ({
  event_id,
  occurred_at: at,
  identifiers: { user_id: 'u1' },
  properties: { email: 'ada@shop.test' },
  ...more,
})
const large = `{"cut off": "${'x'.repeat(200_000)}`
const huge = randomBytes(900_000)

const offsets = { poison: 1, shop: 2, batch: 3, large: 4, huge: 5 }
/** All in one partition, so that their places are known. */
const records = (): readonly { value: Buffer; headers?: Record<string, string> }[] => [
  { value: Buffer.from(JSON.stringify(page('w1'))) },
  { value: Buffer.from('{"type":') },
  {
    value: Buffer.from(JSON.stringify([order('o1'), order('o2', {}), order('o3')])),
    headers: { 'tributary-source': 'shop', trace: 'ada@shop.test' },
  },
  { value: Buffer.from(JSON.stringify({ batch: [page('w2'), { messageId: 'w0' }, page('w3')] })) },
  { value: Buffer.from(large) },
  { value: huge },
  { value: Buffer.from(JSON.stringify(page('w4'))) },
]

beforeAll(async () => {
  const file = join(directory, 'pipeline.yaml')
  writeFileSync(file, pipeline([]))
  installation = await createInstallation({ pipelineFile: file })
  const services = (['identity', 'profiles', 'web'] as const).map((name) =>
    installation.start(name),
  )
  await installation.ready(services)
  const producer = await installation.kafka.producer()
  await producer.send([
    {
      topic: topicName(installation.prefix, 'channel.web'),
      records: records().map((record) => ({ key: null, partition: 0, ...record })),
    },
  ])
  await producer.close()
  await until(events, ['w1', 'w2', 'w3', 'w4'])
  await until(async () => (await letters()).length, 5)
})
afterAll(async () => {
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

/** Looks until it is as expected; if it never is, says how it is. */
async function until(look: () => Promise<unknown>, expected: unknown): Promise<void> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
    if (isDeepStrictEqual(await look(), expected)) return
    await pause(200)
  }
  expect(await look()).toEqual(expected)
}

/** Ids of the events that were counted, in order, each as often as it was. */
async function events(): Promise<readonly string[]> {
  const rows = await installation.clickhouse.query<{ readonly event_id: string }>(
    'SELECT event_id FROM events FINAL ORDER BY event_id',
  )
  return rows.map(({ event_id: id }) => id)
}

const deadletter = async (...args: readonly string[]): Promise<CliResult> =>
  runCli(['deadletter', ...args], installation.environment)

const letterSchema = z.object({
  place: z.string(),
  index: z.number().nullable(),
  status: z.string(),
  reason: z.string(),
  attempt: z.number(),
  last_attempt: z.number(),
  detail: z.string(),
  replayed_by: z.string().nullable(),
  note: z.string().nullable(),
  history: z.array(z.object({ attempt: z.number(), reason: z.string(), failed_at: z.string() })),
})
type Shown = z.infer<typeof letterSchema>

async function letters(...where: readonly string[]): Promise<readonly Shown[]> {
  const terms = where.flatMap((term) => ['--where', term])
  const { stdout } = await deadletter('list', '--each', '--json', ...terms)
  return z.object({ letters: z.array(letterSchema) }).parse(JSON.parse(stdout)).letters
}

const place = (offset: number): string =>
  `${topicName(installation.prefix, 'channel.web')}/0/${offset}`

/** Where each letter stands: `offset[/index] status try reason`. */
const standing = async (): Promise<readonly string[]> =>
  (await letters())
    .map((one) => {
      const [, ...rest] = one.place.split('/0/')
      return `${rest.join('')} ${one.status} ${one.attempt} ${one.reason}`
    })
    .toSorted()

const reportSchema = z.object({
  dry_run: z.boolean(),
  records: z.number(),
  letters: z.number(),
  by_reason: z.array(z.object({ reason: z.string(), source: z.string(), letters: z.number() })),
  already_replayed: z.number(),
  not_replayable: z.object({
    records: z.number(),
    by_cause: z.record(z.string(), z.number()),
    examples: z.array(z.object({ place: z.string(), detail: z.string() })),
  }),
  failed_again: z
    .object({ letters: z.number(), by_reason: z.record(z.string(), z.number()) })
    .nullable(),
})

async function replay(
  ...args: readonly string[]
): Promise<z.infer<typeof reportSchema> & { readonly status: number }> {
  const { status, stdout, stderr } = await deadletter('replay', '--json', ...args)
  if (stderr !== '') throw new Error(stderr)
  return { ...reportSchema.parse(JSON.parse(stdout)), status }
}

/** Records that were ever put into the replay topic. */
async function replayed(): Promise<number> {
  const ends = await installation.admin.offsets(
    topicName(installation.prefix, 'channel.web.replay'),
  )
  return [...ends.values()].reduce((sum, { high }) => sum + high, 0)
}

async function deploy(...sources: readonly string[]): Promise<void> {
  const file = join(directory, 'deployed.yaml')
  writeFileSync(file, pipeline(sources))
  await installation.tributary('deploy', file)
}

test('what cannot be used keeps nothing back, and is counted by reason', async () => {
  expect(await events()).toEqual(['w1', 'w2', 'w3', 'w4'])
  expect(await standing()).toEqual([
    '1 open 1 invalid_json',
    '2 open 1 unknown_source',
    '3/1 open 1 missing_field',
    '4 open 1 invalid_json',
    '5 open 1 invalid_utf8',
  ])
  const { stdout, status } = await deadletter('list', '--where', 'reason=invalid_json', '--json')
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    letters: 2,
    groups: [{ stage: 'decode', reason: 'invalid_json', source: 'segment', letters: 2 }],
  })
  const text = await deadletter('list')
  expect(text.stdout).toMatch(/^5 dead letters\n/)
  expect(text.stdout).toMatch(/1 +1 +open +decode +unknown_source +unknown/)
})

test('a record is shown, and its bytes only when somebody asks for them', async () => {
  const shut = await deadletter('show', `channel.web/0/${offsets.shop}`)
  expect(shut.status).toBe(0)
  expect(shut.stdout).toContain('unknown_source (decode)')
  expect(shut.stdout).toContain('headers    tributary-source, trace')
  expect(shut.stdout).not.toContain('ada@')
  const open = await deadletter('show', place(offsets.shop), '--reveal')
  expect(open.stdout).toContain('      "email": "ada@shop.test"')
  expect(open.stdout).toContain('trace: ada@shop.test')
  const out = join(directory, 'bytes')
  expect((await deadletter('show', place(offsets.large), '--out', out)).status).toBe(0)
  expect(readFileSync(out, 'utf8')).toBe(large)
  expect(statSync(out).mode & 0o777).toBe(0o600)
  const lost = await deadletter('show', place(offsets.huge), '--json')
  expect(JSON.parse(lost.stdout)).toMatchObject({ bytes_kept: false, content: null })
  expect((await deadletter('show', place(99))).status).toBe(1)
  expect((await deadletter('show', 'channel.web')).status).toBe(2)
})

test('a dry run says what would be sent and sends nothing', async () => {
  const report = await replay('--dry-run')
  expect(report).toMatchObject({
    dry_run: true,
    records: 4,
    letters: 4,
    not_replayable: {
      records: 1,
      by_cause: { no_bytes: 1 },
      examples: [{ place: place(offsets.huge) }],
    },
    status: 1,
  })
  expect(report.by_reason).toContainEqual(
    expect.objectContaining({ reason: 'unknown_source', source: 'unknown', letters: 1 }),
  )
  expect(await replayed()).toBe(0)
  expect((await letters('status=open')).length).toBe(5)
})

test('under another installation key nothing is opened and nothing is sent', async () => {
  const other = join(directory, 'other-key')
  writeFileSync(other, randomBytes(32))
  const { status, stdout } = await runCli(
    ['deadletter', 'replay', '--json', '--where', 'reason=unknown_source'],
    { ...installation.environment, TRIBUTARY_KEY_FILE: other },
  )
  expect(status).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    not_replayable: { by_cause: { cannot_be_opened: 1 } },
  })
  expect(await replayed()).toBe(0)
})

test('once its source is deployed a record goes through, and an event of it that is still broken keeps its history', async () => {
  await deploy(shop)
  const report = await replay(
    '--where',
    'reason=unknown_source',
    '--by',
    'ada',
    '--note',
    'the shop has a source now',
    '--wait',
  )
  expect(report).toMatchObject({
    records: 1,
    failed_again: { letters: 1, by_reason: { missing_field: 1 } },
    status: 1,
  })
  await until(events, ['o1', 'o3', 'w1', 'w2', 'w3', 'w4'])
  expect(await standing()).toEqual([
    '1 open 1 invalid_json',
    '2 replayed 1 unknown_source',
    '2/1 failed_again 2 missing_field',
    '3/1 open 1 missing_field',
    '4 open 1 invalid_json',
    '5 open 1 invalid_utf8',
  ])
  const [again] = await letters('status=failed_again')
  expect(again?.history).toMatchObject([{ attempt: 1, reason: 'unknown_source' }])
  expect(await letters('status=replayed')).toMatchObject([
    { replayed_by: 'ada', note: 'the shop has a source now', last_attempt: 2 },
  ])
})

test('a second replay sends nothing', async () => {
  const before = await replayed()
  expect(await replay('--where', 'reason=unknown_source')).toMatchObject({
    records: 0,
    already_replayed: 1,
    status: 0,
  })
  expect(await replayed()).toBe(before)
  expect(await replay('--where', 'reason=too_deep')).toMatchObject({ records: 0, status: 1 })
})

test('what stays broken fails again under its old place, try by try, and only the events that failed go', async () => {
  const report = await replay('--where', 'reason=invalid_json,missing_field', '--wait')
  expect(report).toMatchObject({
    records: 4,
    failed_again: { letters: 4, by_reason: { invalid_json: 2, missing_field: 2 } },
    status: 1,
  })
  expect(await events()).toEqual(['o1', 'o3', 'w1', 'w2', 'w3', 'w4'])
  expect(await standing()).toEqual([
    '1 failed_again 2 invalid_json',
    '2 replayed 1 unknown_source',
    '2/1 failed_again 3 missing_field',
    '3/1 failed_again 2 missing_field',
    '4 failed_again 2 invalid_json',
    '5 open 1 invalid_utf8',
  ])
  const shown = await deadletter('show', `${place(offsets.shop)}/1`)
  expect(shown.stdout).toMatch(
    /try 1 .*unknown_source[^]*try 2 .*missing_field[^]*try 3 .*missing_field/,
  )
  expect(shown.stdout).toMatch(/sent again\n {2}try 2 .*by ada .*the shop has a source now/)
  const out = join(directory, 'again')
  await deadletter('show', place(offsets.large), '--out', out)
  expect(readFileSync(out, 'utf8')).toBe(large)
})

test('sent once more on purpose, its events count once all the same', async () => {
  const report = await replay('--where', `place=${place(offsets.shop)}`, '--again', '--wait')
  expect(report).toMatchObject({ records: 1, letters: 2, failed_again: { letters: 1 } })
  await installation.converged(installation.processes)
  expect(await events()).toEqual(['o1', 'o3', 'w1', 'w2', 'w3', 'w4'])
  const [row] = await installation.clickhouse.query<{ readonly n: string }>(
    "SELECT count() AS n FROM events WHERE event_id = 'o1'",
  )
  expect(row?.n).toBe('1')
  expect((await letters('status=failed_again', `place=${place(offsets.shop)}`))[0]).toMatchObject({
    attempt: 4,
    history: [{ reason: 'unknown_source' }, { attempt: 2 }, { attempt: 3 }],
  })
})
