import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { checkout } from '../world/demo/directory.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'

// Ada asks what is held about her; Bob, who did the same things, must not be in the answer.

const hostileName = `Ada<script>alert(1)</script>`
const hostileCategory = `"><img src=x onerror=alert(2)>`
const bobsCategory = 'bobs-garden-gnomes'
const start = Date.now()
const hour = 3_600_000
const iso = (ago: number): string => new Date(start - ago).toISOString()

let installation: Installation
let services: ReturnType<Installation['start']>[] = []
let sent = 0

type Call = Readonly<Record<string, unknown>>
const call = (userId: string, ago: number, more: Call): Call => ({
  messageId: `${userId}-${(sent += 1)}`,
  userId,
  anonymousId: `cookie-${userId}`,
  timestamp: iso(ago),
  ...more,
})
const lifeOf = (userId: string, firstName: string, category: string): readonly Call[] => [
  call(userId, 5 * hour, {
    type: 'identify',
    traits: { email: `${userId}@example.org`, firstName },
  }),
  ...[1, 2, 3].map((ago) =>
    call(userId, ago * hour, {
      type: 'track',
      event: 'Product Viewed',
      properties: { product_id: 'p', category },
    }),
  ),
  call(userId, hour / 2, {
    type: 'track',
    event: 'Segment Consent Preference Updated',
    context: { consent: { categoryPreferences: { analytics: false, personalisation: true } } },
  }),
]

async function send(bodies: readonly string[]): Promise<void> {
  const producer = await installation.kafka.producer()
  const records = bodies.map((body) => ({ key: null, value: Buffer.from(body), partition: 0 }))
  await producer.send([{ topic: `${installation.prefix}.channel.web`, records }])
  await producer.close()
  await installation.converged(services)
}

beforeAll(async () => {
  installation = await createInstallation()
  services = [
    installation.start('identity'),
    installation.start('profiles'),
    installation.start('web'),
  ]
  await installation.ready(services)
  const broken = `{"type":"identify","userId":"ada","traits":{"email":"Ada@Example.org"`
  const bodies = [
    ...lifeOf('ada', hostileName, hostileCategory),
    ...lifeOf('bob', 'Bob', bobsCategory),
  ].map((body) => JSON.stringify(body))
  await send([...bodies, broken])
})
afterAll(async () => installation.drop())

const access = async (...args: readonly string[]): Promise<CliResult> =>
  runCli(['privacy', 'access', ...args], installation.environment, {
    checkout,
    now: () => new Date(),
  })
const parsed = ({ stdout }: CliResult): unknown => JSON.parse(stdout)

test('everything that is held comes with its source, its meaning and its reason', async () => {
  const answer = await access('email= ADA@example.org', '--json')
  expect({ status: answer.status, stderr: answer.stderr }).toEqual({ status: 0, stderr: '' })
  const ada = birthProfileId(installation.pseudonymiser.fragmentId('user_id', 'ada'))
  expect(parsed(answer)).toMatchObject({
    format: 1,
    as_of: null,
    asked: { type: 'email' },
    profile: { profile_id: ada, events: 5 },
    identifiers: [{ type: 'anonymous_id' }, { type: 'email' }, { type: 'user_id' }],
    traits: [
      {
        name: 'first_name',
        description: 'First name as the person gave it',
        value: hostileName,
        source: 'segment',
        at: iso(5 * hour),
        event_id: 'ada-1',
        purpose: 'service',
      },
    ],
    events: { total: 5, skipped: 0, next: null, named_in_others: 0 },
    dead_letters: {
      searched: true,
      complete: true,
      unreadable: 0,
      list: [{ stage: 'decode', reason: 'invalid_json', source: 'segment' }],
    },
    suppressions: [],
  })
})

interface Part {
  readonly consent_history: readonly {
    readonly purpose: string
    readonly state: string
    readonly source: string
    readonly event_id: string
  }[]
  readonly features: readonly {
    readonly name: string
    readonly value: unknown
    readonly withheld: boolean
    readonly description: string
  }[]
  readonly segments: readonly object[]
  readonly identity: { readonly in_words: readonly string[] }
  readonly events: {
    readonly next: number | null
    readonly list: readonly { readonly event_id: string; readonly properties: object }[]
  }
}
const partsOf = (result: CliResult): Part => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its shape is what the test is about
  return parsed(result) as Part
}

test('what was said about consent has its source and its event', async () => {
  const { consent_history: history } = partsOf(await access('user_id=ada', '--json'))
  const answers = history.filter(({ state }) => state !== 'basis')
  expect(answers).toMatchObject([
    { purpose: 'analytics', state: 'denied', source: 'segment', event_id: 'ada-5' },
    { purpose: 'personalisation', state: 'granted', source: 'segment', event_id: 'ada-5' },
  ])
  expect(history.filter(({ purpose }) => purpose === 'analytics')).toMatchObject([
    { state: 'basis', event_id: 'ada-1' },
    { state: 'denied' },
  ])
})

test('what serves a purpose that was refused is named, without its value', async () => {
  const { features, segments } = partsOf(await access('user_id=ada', '--json'))
  const byName = new Map(features.map((feature) => [feature.name, feature]))
  expect(byName.get('web_activity')).toMatchObject({ withheld: true, value: null })
  expect(byName.get('product_interest')).toMatchObject({ withheld: false })
  expect(byName.get('product_interest')?.value).toBeGreaterThan(2)
  expect(segments).toMatchObject([
    {
      name: 'browsing',
      objective: 'More visits that end with a filled cart',
      member: true,
      because: { cart_interest: 0 },
    },
    {
      name: 'new_visitor',
      description: 'Upper funnel - looks around, has never bought',
      member: false,
      because: { 'consent.analytics': 'denied' },
    },
  ])
})

test('that the identifiers are one person is said in words', async () => {
  const { identity } = partsOf(await access('user_id=ada', '--json'))
  const day = iso(5 * hour).slice(0, 10)
  expect(identity.in_words).toEqual(
    expect.arrayContaining([
      'The profile began with a login.',
      `An e-mail address is theirs: it came together with a login in one message of segment on ${day} (identified).`,
    ]),
  )
})

test('events come page by page, each once', async () => {
  const seen: string[] = []
  for (let skip: number | null = 0; skip !== null; ) {
    const args = skip === 0 ? [] : ['--skip', String(skip)]
    const { events } = partsOf(await access('user_id=ada', '--json', '--events', '2', ...args))
    seen.push(...events.list.map((event) => event.event_id))
    skip = events.next
  }
  expect(seen).toEqual(['ada-5', 'ada-2', 'ada-3', 'ada-4', 'ada-1'])
})

test('nothing of anybody else is in it', async () => {
  const { stdout } = await access('user_id=ada', '--json')
  expect(stdout).not.toContain(bobsCategory)
  expect(stdout).not.toMatch(/bob-\d/)
  expect(stdout).not.toContain(installation.pseudonymiser.fragmentId('user_id', 'bob').slice(8))
})

test('the page is for its owner alone, runs nothing, and shows what people wrote as text', async () => {
  const file = join(installation.directory, 'ada.html')
  const { status, stdout, stderr } = await access('email=ada@example.org', '--page', file)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const page = readFileSync(file, 'utf8')
  expect(page).not.toMatch(/<script|<img/i)
  expect(page).toContain('Ada&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(page).toContain('More visits that end with a filled cart')
  expect(page).toContain('not used and not shown'.replace('n', 'N'))
  expect(page).not.toContain(bobsCategory)
  for (const told of [stdout, stderr]) {
    expect(told).not.toMatch(/script|example\.org|onerror/)
  }
  expect(stdout).toContain(`Written to ${file}`)
})

test('a file that is there already is left as it is', async () => {
  const file = join(installation.directory, 'there.html')
  writeFileSync(file, 'mine')
  const { status, stderr } = await access('user_id=ada', '--page', file)
  expect(status).toBe(2)
  expect(stderr).toContain('it exists')
  expect(readFileSync(file, 'utf8')).toBe('mine')
})

test('as of a time before she came nothing is held, and a pseudonym does as well as a value', async () => {
  const before = await access('user_id=ada', '--json', '--as-of', iso(30 * 24 * hour))
  expect(before.status).toBe(1)
  expect(parsed(before)).toMatchObject({ profile: null, events: { total: 0 } })
  const pseudonym = installation.pseudonymiser.fragmentId('user_id', 'ada')
  expect(parsed(await access(pseudonym, '--json'))).toMatchObject({
    dead_letters: { searched: true, list: [{ reason: 'invalid_json' }] },
    profile: { events: 5 },
  })
})

test('of a stranger nothing is held, and what was typed is not repeated', async () => {
  const { status, stdout, stderr } = await access('email=grace.canary@example.org')
  expect(status).toBe(1)
  expect(stdout).toContain('No profile is held')
  expect(stdout + stderr).not.toContain('grace')
})

test('who asked, and why, is on record, with nobody named', async () => {
  await access('email=ada@example.org', '--by', 'grete', '--reason', 'request 4711')
  const rows = await installation.clickhouse.query<{ readonly subject: readonly string[] }>(
    `SELECT subject, outcome, details FROM audit_log FINAL
     WHERE command = 'privacy access' AND actor = 'grete' AND reason = 'request 4711'`,
  )
  expect(rows).toMatchObject([{ outcome: 'done', details: '{"events":5,"form":"counts"}' }])
  const pseudonym = installation.pseudonymiser.fragmentId('email', 'ada@example.org').slice(6)
  expect(JSON.stringify(rows)).not.toContain(pseudonym)
})

const viewed = (ago: number, who: Call) =>
  JSON.stringify({
    messageId: `joint-${(sent += 1)}`,
    timestamp: iso(ago),
    type: 'track',
    event: 'Product Viewed',
    properties: { product_id: 'p', category: 'globes' },
    ...who,
  })

test('of two who counted as one for a while each is told of that time, and not what the other did', async () => {
  const dan = { anonymousId: 'cookie-dan' }
  await send([viewed(4 * hour, { userId: 'cleo' })])
  await send([1, 2, 3].map((ago) => viewed(ago * hour, dan)))
  // Dan lends Cleo his computer.
  await send([viewed(hour / 4, { userId: 'cleo', ...dan })])
  const together = jointSchema.parse(parsed(await access('user_id=cleo', '--json')))
  expect(together.segment_history).toContainEqual(turnOf('browsing', 'entered', false))
  const split = ['identity', 'split', '--identifier', 'anonymous_id=cookie-dan', '--wait', '--json']
  const { status, stderr } = await runCli(split, installation.environment, {
    checkout,
    now: () => new Date(),
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  await installation.converged(services)
  const ofDan = jointSchema.parse(parsed(await access('anonymous_id=cookie-dan', '--json')))
  expect(ofDan.named_in_others.profile_history).toBeGreaterThan(0)
  expect(ofDan.named_in_others.segment_history).toBeGreaterThan(0)
  expect(ofDan.segment_history.filter(({ joint }) => joint)).toEqual([])
  const ofCleo = jointSchema.parse(parsed(await access('user_id=cleo', '--json')))
  expect(ofCleo.named_in_others).toEqual({ profile_history: 0, segment_history: 0 })
  expect(ofCleo.segment_history).toContainEqual(turnOf('browsing', 'entered', true))
  for (const { because, joint } of [...ofCleo.segment_history, ...ofCleo.segments])
    expect(because === null).toBe(joint)
  const { stdout } = await access('anonymous_id=cookie-dan')
  expect(stdout).toMatch(/older states of others with them\s+[1-9]/)
  // As by its retention, which is shorter than that of entries and exits.
  await installation.clickhouse.command('TRUNCATE TABLE profile_history')
  const later = jointSchema.parse(parsed(await access('user_id=cleo', '--json')))
  expect(later.segment_history).toContainEqual(turnOf('browsing', 'entered', true))
  const dans = jointSchema.parse(parsed(await access('anonymous_id=cookie-dan', '--json')))
  expect(dans.segment_history.filter(({ joint }) => joint)).toEqual([])
})

const turnSchema = z.looseObject({ because: z.unknown(), joint: z.boolean() })
const jointSchema = z.object({
  segments: z.array(turnSchema),
  segment_history: z.array(turnSchema),
  named_in_others: z.object({ profile_history: z.number(), segment_history: z.number() }),
})
const turnOf = (segment: string, to: string, joint: boolean): unknown =>
  expect.objectContaining({ segment, to, joint })
