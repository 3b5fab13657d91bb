import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import { checkout } from '../world/demo/directory.ts'

// What a company does first: copies the template for SaaS, deploys it as it is, and asks. Forty people try the product, thirty subscribe, twelve
// of these cancel for the price, as Segment writes it; one bill comes from the billing system's own topic, by the template's map.

const day = 86_400_000
const begin = Date.now()
const iso = (daysAgo: number): string => new Date(begin - daysAgo * day).toISOString()

const directory = mkdtempSync(join(tmpdir(), 'tributary-template-'))
let installation: Installation

const run = (...args: string[]): Promise<CliResult> =>
  runCli(args, installation.environment, { checkout, now: () => new Date() })

const call = (person: number, step: number, daysAgo: number, more: object): string =>
  JSON.stringify({
    messageId: `${person}-${step}`,
    userId: `u${person}`,
    timestamp: iso(daysAgo),
    ...more,
  })
const track = (person: number, step: number, daysAgo: number, event: string, properties = {}) =>
  call(person, step, daysAgo, { type: 'track', event, properties })

const lifeOf = (person: number): readonly string[] => [
  call(person, 0, 41, { type: 'identify', traits: { email: `u${person}@company.example` } }),
  track(person, 1, 40, 'Trial Started'),
  track(person, 2, 39, 'Feature Used', { feature: 'board' }),
  ...(person < 30 ? [track(person, 3, 30, 'Subscription Started')] : []),
  ...(person < 12 ? [track(person, 4, 1, 'Subscription Cancelled', { reason: 'price' })] : []),
]

async function send(topic: string, records: readonly string[]): Promise<void> {
  const producer = await installation.kafka.producer()
  await producer.send([
    {
      topic: `${installation.prefix}.${topic}`,
      records: records.map((text) => ({ key: null, value: Buffer.from(text), partition: 0 })),
    },
  ])
  await producer.close()
}

const sizeOf = async (segment: string): Promise<string | undefined> => {
  const [row] = await installation.clickhouse.query<{ n: string }>(
    'SELECT count() AS n FROM segment_members WHERE segment = {segment:String}',
    { segment },
  )
  return row?.n
}

/** @throws Error with what is there, until everything has come to rest. */
async function lookAtSizes(): Promise<void> {
  const sizes = await Promise.all(
    ['paying', 'lapsed_price', 'trial_ended', 'just_subscribed'].map(sizeOf),
  )
  if (sizes.join() !== '18,12,10,1') throw new Error(`paying and so on: ${sizes.join()}`)
}

beforeAll(async () => {
  const copied = await runCli(
    ['init', '--template', 'saas', '--dir', directory, '--json'],
    {},
    { checkout },
  )
  if (copied.status !== 0) throw new Error(copied.stderr)
  installation = await createInstallation({ pipelineFile: join(directory, 'pipeline.yaml') })
  await installation.admin.createTopics([
    {
      topic: `${installation.prefix}.channel.crm.billing`,
      partitions: 1,
      replicationFactor: 1,
      config: { 'message.timestamp.type': 'LogAppendTime' },
    },
  ])
  const services = [
    installation.start('identity'),
    installation.start('profiles'),
    installation.start('web'),
    installation.start('crm'),
  ]
  await installation.ready(services)
  await send('channel.web', Array.from({ length: 40 }, (_, person) => lifeOf(person)).flat())
  const bill = {
    id: 'b1',
    kind: 'invoice_paid',
    at: iso(0.01),
    user: 'u29',
    amount: '30',
    invoice: 'i1',
  }
  await send('channel.crm.billing', [JSON.stringify(bill)])
  await vi.waitFor(lookAtSizes, { timeout: 60_000, interval: 200 })
})
afterAll(async () => {
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

const explained = z.object({ member: z.boolean(), decided_by: z.string(), in_words: z.string() })

test('explain says why somebody is in the lifecycle where they are, and why not elsewhere', async () => {
  const explain = async (who: string, segment: string) =>
    explained.parse(JSON.parse((await run('explain', who, segment, '--json')).stdout))
  expect(await explain('user_id=u29', 'paying')).toMatchObject({
    member: true,
    decided_by: 'enter',
  })
  expect(await explain('email=u29@company.example', 'just_subscribed')).toMatchObject({
    member: true,
  })
  expect(await explain('user_id=u3', 'lapsed_price')).toMatchObject({ member: true })
  // Of the reasons the surest comes first.
  expect(await explain('user_id=u3', 'lapsed_silent')).toMatchObject({
    member: false,
    decided_by: 'group',
  })
  const { stdout } = await run('explain', 'user_id=u35', 'paying')
  expect(stdout).toContain('not in')
  expect(stdout).toContain('has(last_start_at)')
})

const reportShown = z.looseObject({
  unknown: z.array(z.string()),
  rules: z.array(
    z.looseObject({
      segment: z.string(),
      size: z.object({ size: z.number().nullable(), size_below: z.number().nullable() }).nullable(),
      overridden_by: z.unknown(),
      last_change: z.looseObject({ version: z.number() }).nullable(),
    }),
  ),
})

test('rules shows each of its segments with its size, and no small group', async () => {
  const file = installation.environment['TRIBUTARY_PIPELINE'] ?? ''
  const { status, stdout } = await run('rules', file, '--json')
  expect(status).toBe(0)
  const { rules, unknown } = reportShown.parse(JSON.parse(stdout))
  expect(unknown).toEqual([])
  expect(rules).toHaveLength(15)
  const of = (name: string) => rules.find(({ segment }) => segment === name)
  expect(of('paying')).toMatchObject({
    size: { size: 18, size_below: null },
    last_change: { version: 0 },
  })
  expect(of('lapsed_price')).toMatchObject({ size: { size: 12 } })
  expect(of('just_subscribed')).toMatchObject({ size: { size: null, size_below: 10 } })
})

test('review says which of its segments nobody entered', async () => {
  const file = installation.environment['TRIBUTARY_PIPELINE'] ?? ''
  const { status, stdout } = await run('review', file, '--json')
  expect(status).toBe(1)
  const advice = z
    .looseObject({ advice: z.array(z.looseObject({ segment: z.string(), what: z.string() })) })
    .parse(JSON.parse(stdout))
    .advice.map(({ segment, what }) => `${what} ${segment}`)
  expect(advice).toContain('retire loyal')
  expect(advice).not.toContain('retire paying')
  const page = join(installation.directory, 'review.html')
  expect((await run('review', file, '--html', page)).status).toBe(1)
})
