import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import { checkout } from '../world/demo/directory.ts'

// A visitor with two cookies, and one who has signed in, fall silent. ADR 0028.

const silence = '20s'
const boundMs = 90_000

const directory = mkdtempSync(join(tmpdir(), 'tributary-expiry-'))
let installation: Installation

beforeAll(async () => {
  const pipelineFile = join(directory, 'pipeline.yaml')
  const fixture = readFileSync(join(checkout, 'test/fixtures/identity.pipeline.yaml'), 'utf8')
  writeFileSync(pipelineFile, `${fixture}expire: { anonymous: ${silence} }\n`)
  installation = await createInstallation({ pipelineFile })
  await installation.startAll()
})
afterAll(async () => {
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

type Identifier = readonly [type: string, value: string]

/** Several identifiers of one type in one event, as a browser that renews its cookie sends them. */
async function send(id: string, ...identifiers: readonly Identifier[]): Promise<void> {
  const producer = await installation.kafka.producer()
  const value = JSON.stringify({
    event_id: id,
    source: 'shop',
    type: 'page_viewed',
    occurred_at: Date.now(),
    identifiers: identifiers.map(([type, text]) => ({ type, value: text })),
    traits: {},
    consent: {},
    properties: {},
  })
  const topic = `${installation.prefix}.channel.crm.tributary`
  await producer.send([
    { topic, records: [{ key: null, value: Buffer.from(value), partition: 0 }] },
  ])
  await producer.close()
}

const fragmentOf = ([type, value]: Identifier): string =>
  installation.pseudonymiser.fragmentId(type, value)
const first: Identifier = ['anonymous_id', 'cookie-one']
const second: Identifier = ['anonymous_id', 'cookie-two']
const account: Identifier = ['user_id', 'ada']
const third: Identifier = ['anonymous_id', 'cookie-three']

const query = async <T extends object>(sql: string): Promise<readonly T[]> =>
  installation.clickhouse.query<T>(sql, {
    visitor: [first, second].map(fragmentOf),
    ada: [account, third].map(fragmentOf),
  })
const profilesOf = async (who: 'visitor' | 'ada') =>
  query<{ profile_id: string; events: string; members: readonly string[] }>(
    `SELECT profile_id, events, members FROM profiles FINAL WHERE hasAny(members, {${who}:Array(String)})`,
  )
const linksOf = async (who: 'visitor' | 'ada') =>
  query(
    `SELECT link_id FROM identity_links FINAL WHERE deleted = 0 AND hasAny(identifiers, {${who}:Array(String)})`,
  )
const until = async (holds: () => Promise<void>): Promise<void> =>
  vi.waitFor(holds, { timeout: boundMs, interval: 100 })

const eventsOf = async () =>
  query<{ event_id: string; owned: number }>(
    `SELECT event_id, profile_id IS NOT NULL AS owned FROM events_now
     WHERE fragment_id IN {visitor:Array(String)} ORDER BY event_id`,
  )

test('whoever nobody is known by ends after the silence, with links and rows; who is known stays; the next event begins anew', async () => {
  await send('e1', first, second)
  await send('e2', second)
  await send('e3', account, third)
  await until(async () => {
    expect(await profilesOf('visitor')).toMatchObject([{ events: '2' }])
    expect(await profilesOf('ada')).toHaveLength(1)
    expect(await linksOf('visitor')).toHaveLength(1)
    expect(await linksOf('ada')).toHaveLength(1)
  })

  await until(async () => {
    expect(await profilesOf('visitor')).toEqual([])
    expect(await linksOf('visitor')).toEqual([])
    expect(
      await query(
        'SELECT fragment_id FROM profile_identifiers FINAL WHERE fragment_id IN {visitor:Array(String)}',
      ),
    ).toEqual([])
  })
  expect(await profilesOf('ada')).toHaveLength(1)
  expect(await linksOf('ada')).toHaveLength(1)
  expect(await eventsOf()).toEqual([
    { event_id: 'e1', owned: 0 },
    { event_id: 'e2', owned: 0 },
  ])

  await send('e4', second)
  await until(async () => {
    expect(await profilesOf('visitor')).toMatchObject([
      { events: '1', members: [fragmentOf(second)] },
    ])
  })
  expect(await eventsOf()).toEqual([
    { event_id: 'e1', owned: 0 },
    { event_id: 'e2', owned: 0 },
    { event_id: 'e4', owned: 1 },
  ])
  const [visitor] = await profilesOf('visitor')
  const stdout = await installation.tributary(
    'verify',
    '--profile',
    visitor?.profile_id ?? '',
    '--json',
  )
  expect(JSON.parse(stdout)).toMatchObject({ missing: 0, double: 0, mismatches: [] })
})
