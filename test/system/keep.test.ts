import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { keyChange, sealedParts } from '#runtime/keys/data-keys/index.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { type Canary, findIn, needlesOf } from '../support/pipeline/canaries.ts'
import { filesOf, type Haystack, tablesOf, topicsOf } from '../support/pipeline/haystacks.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import type { ServiceProcess } from '../support/pipeline/service-process.ts'
import { fragmentOf, nameOf, tell, type ToldEvent } from '../support/pipeline/told-events.ts'
import { checkout } from '../world/demo/directory.ts'

// What the pipeline file keeps, on a whole installation: sealed wherever it goes, `clear` values plain in profiles alone; through a merge, a
// split, another master key, a restart and a rebuild, until the person is erased and nothing opens it any more.

const firstName = 'Quetzalina'
const lastName = 'Xylophoniewitz'
const note = 'Zwiebelkuchen-Widmung 77'
const canaries: readonly Canary[] = [
  { name: 'clear trait', value: firstName, digests: true },
  { name: 'sealed trait', value: lastName, digests: true },
  { name: 'sealed property', value: note, digests: true },
]
const ada = { user_id: 'ada' }
const adaMail = { email: 'ada@example.org' }
const hour = 3_600_000
const start = Date.now() - 3 * 86_400_000

let installation: Installation
let services: readonly ServiceProcess[]
let told = 0
/** Of this process, as an operator has it. */
let environment: Readonly<Record<string, string>> = {}

const event = (
  identifiers: ToldEvent['identifiers'],
  about: Partial<ToldEvent> = {},
): ToldEvent => {
  told += 1
  return { id: `event-${told}`, at: start + told * hour, ...about, identifiers }
}

async function send(...events: readonly ToldEvent[]): Promise<void> {
  await tell(installation, events)
  await installation.converged(services, 60_000, generation)
}
let generation = 0

const pipelineFile = join(tmpdir(), `keep-${process.pid}.pipeline.yaml`)

beforeAll(async () => {
  const fixture = readFileSync(join(checkout, 'test/fixtures/identity.pipeline.yaml'), 'utf8')
  const traits = `traits:
  - { name: last_name, type: string, purpose: service, keep: sealed, description: Last name }
`
  const keep =
    'keep: { properties: [{ path: note, keep: sealed }] }\nretention: { dead_letters: 30d }\n'
  const text = fixture
    .replace('from: [first_name],', 'from: [first_name], keep: clear,')
    .replace('traits:\n', traits)
  writeFileSync(pipelineFile, `${text}${keep}`)
  installation = await createInstallation({ pipelineFile })
  ;({ environment } = installation)
  services = await installation.startAll()
  await send(
    event(ada, { traits: { first_name: firstName, last_name: lastName }, properties: { note } }),
    event(adaMail, { traits: { last_name: lastName, tier: 'gold' } }),
    event({ anonymous_id: 'nobody-yet' }, { traits: { first_name: 'Ben' } }),
  )
})
afterAll(async () => {
  rmSync(pipelineFile, { force: true })
  const shadow = `${installation.prefix}_generation_1`
  await installation.clickhouse.command(`DROP DATABASE IF EXISTS ${shadow}`, {
    withoutDatabase: true,
  })
  await installation.drop()
})

const run = async (...args: readonly string[]): Promise<CliResult> =>
  runCli(args, environment, { checkout, now: () => new Date() })

async function json<T>(schema: z.ZodType<T>, ...args: readonly string[]): Promise<T> {
  const { status, stdout, stderr } = await run(...args, '--json')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return schema.parse(JSON.parse(stdout))
}

const shownSchema = z.object({
  traits: z.record(z.string(), z.object({ value: z.unknown() })),
})
async function shown(who: ToldEvent['identifiers']): Promise<Record<string, unknown>> {
  const { traits } = await json(shownSchema, 'profile', 'show', nameOf(who))
  return Object.fromEntries(Object.entries(traits).map(([name, { value }]) => [name, value]))
}

const accessSchema = z.object({
  traits: z.array(z.object({ name: z.string(), value: z.unknown() })),
  events: z.object({
    list: z.array(z.object({ properties: z.unknown(), traits: z.unknown() })),
  }),
})
async function accessed(who: ToldEvent['identifiers']): Promise<{
  readonly traits: Record<string, unknown>
  readonly events: readonly { readonly properties: unknown; readonly traits: unknown }[]
}> {
  const { events, traits } = await json(accessSchema, 'privacy', 'access', nameOf(who))
  return {
    traits: Object.fromEntries(traits.map(({ name, value }) => [name, value])),
    events: events.list,
  }
}

const needles = canaries.flatMap(needlesOf)

/** Places outside of the raw topics where a canary stands, and which. */
async function places(): Promise<Readonly<Record<string, readonly string[]>>> {
  const found: Record<string, readonly string[]> = {}
  const look = ({ place, bytes }: Haystack): void => {
    const hits = findIn(bytes, needles).map((hit) => hit.split(' (')[0] ?? '')
    if (hits.length > 0) found[place] = [...new Set(hits)]
  }
  // One of its own: kafkajs goes on asking for every topic that a client ever met, also for one that a rebuild has dropped.
  const admin = await installation.kafka.admin()
  for await (const haystack of topicsOf({ ...installation, admin }))
    if (!haystack.place.startsWith('topic channel.')) look(haystack)
  await admin.close()
  for await (const haystack of tablesOf(installation)) look(haystack)
  for (const haystack of filesOf(installation)) look(haystack)
  return found
}

/** Masters of the data keys that there are, by `<fragment>/<key>`. */
async function dataKeys(): Promise<ReadonlyMap<string, string>> {
  const keys = new Map<string, string>()
  const topic = `${installation.prefix}.privacy.keys`
  const whole = { from: 'start', untilEnd: true } as const
  for await (const { records } of installation.kafka.reader().read({ topic, partition: 0 }, whole))
    for (const record of records) {
      const change = keyChange(record)
      if (change.change === 'made')
        keys.set(`${change.record.fragment}/${change.record.id}`, change.record.master)
      else keys.delete(`${change.fragment}/${change.id}`)
    }
  return keys
}

async function sealedInEvents(): Promise<readonly string[]> {
  const rows = await installation.clickhouse.query<{ readonly v: string }>(
    "SELECT arrayJoin([JSONExtractString(traits, 'first_name'), JSONExtractString(traits, 'last_name'), JSONExtractString(properties, 'note')]) AS v FROM events FINAL WHERE v != '' ORDER BY v",
  )
  return rows.map(({ v }) => v)
}

const clearOnly = { 'table profiles': ['clear trait'] }

test('a clear value is plain in profiles, a sealed one nowhere, and neither is anywhere else in any form', async () => {
  expect(await shown(ada)).toMatchObject({ first_name: firstName, last_name: '(sealed)' })
  expect(await places()).toEqual(clearOnly)
  const sealed = await sealedInEvents()
  expect(sealed).toHaveLength(5)
  for (const one of sealed) expect(sealedParts(one)).not.toBe(null)
  // One key for each of the three.
  expect((await dataKeys()).size).toBe(3)
})

test('whoever may see everything sees all of it opened', async () => {
  const { traits, events } = await accessed(ada)
  expect(traits).toMatchObject({ first_name: firstName, last_name: lastName })
  expect(events).toMatchObject([
    { properties: { note }, traits: { first_name: firstName, last_name: lastName } },
  ])
})

test('a merge carries sealed values along, and a split gives each side its own', async () => {
  await send(event({ ...ada, ...adaMail }, { id: 'joins' }))
  expect(await shown(adaMail)).toMatchObject({
    first_name: firstName,
    last_name: '(sealed)',
    tier: 'gold',
  })
  expect((await accessed(adaMail)).traits).toMatchObject({ last_name: lastName })
  expect(await places()).toEqual(clearOnly)
  const [link] = await installation.clickhouse.query<{ readonly link_id: string }>(
    "SELECT link_id FROM identity_links FINAL WHERE event_id = 'joins'",
  )
  const split = await run('identity', 'split', '--link', link?.link_id ?? '', '--wait', '--json')
  expect(split.stderr).toBe('')
  await installation.converged(services)
  expect(await shown(ada)).toMatchObject({ first_name: firstName, tier: null })
  expect(await shown(adaMail)).toMatchObject({ first_name: null, tier: 'gold' })
})

test('another master key is given to all, then put first, and every data key is wrapped anew; no value is touched', async () => {
  const before = await dataKeys()
  const values = await sealedInEvents()
  const other = randomBytes(32).toString('base64')
  // Given to everybody behind the one that wraps, so that nobody meets what it can't open.
  for (const service of services) await service.stop()
  services = (['identity', 'profiles', 'email', 'web', 'crm'] as const).map((name) =>
    installation.start(name, `${name}-2`, { TRIBUTARY_MASTER_KEYS: `installation ${other}` }),
  )
  await installation.ready(services)
  environment = { ...installation.environment, TRIBUTARY_MASTER_KEYS: other }
  const dry = await run('keys', 'rotate', '--dry-run', '--json')
  expect([dry.status, JSON.parse(dry.stdout)]).toMatchObject([1, { keys: 3, wrapped: 3 }])
  expect(await dataKeys()).toEqual(before)
  const rotated = z.object({ master: z.string(), wrapped: z.number(), closed: z.number() })
  const first = await json(rotated, 'keys', 'rotate')
  expect(first).toMatchObject({ wrapped: 3, closed: 0 })
  expect(await json(rotated, 'keys', 'rotate')).toMatchObject({ wrapped: 0, closed: 0 })
  const after = await dataKeys()
  expect([...after.keys()]).toEqual([...before.keys()])
  expect(new Set(after.values())).toEqual(new Set([first.master]))
  // Whoever was restarted goes on with the keys that there are.
  await send(event(ada, { traits: { first_name: `${firstName}-Ada` } }))
  expect([...(await dataKeys()).keys()]).toEqual([...before.keys()])
  expect(await shown(ada)).toMatchObject({ first_name: `${firstName}-Ada` })
  expect(await sealedInEvents()).toEqual(expect.arrayContaining([...values]))
  expect((await accessed(ada)).traits).toMatchObject({ last_name: lastName })
})

test('a new generation is built of sealed values, and shows the same', async () => {
  const before = await shown(ada)
  const rebuilt = await run('rebuild', pipelineFile, '--json')
  expect({ status: rebuilt.status, stderr: rebuilt.stderr }).toMatchObject({ status: 0 })
  generation = 1
  await installation.converged(services, 60_000, generation)
  expect(await shown(ada)).toEqual(before)
  expect((await accessed(ada)).traits).toMatchObject({ last_name: lastName })
  expect(await places()).toEqual(clearOnly)
  const verified = await run('verify', '--sample', '10', '--json')
  expect(verified.stderr).toBe('')
  expect(JSON.parse(verified.stdout)).toMatchObject({ missing: 0, double: 0, mismatches: [] })
})

test('an erasure destroys the keys: what was sealed opens to nobody, and a new life has a key of its own', async () => {
  expect(JSON.stringify((await accessed(ada)).events)).toContain(lastName)
  const mine = fragmentOf(installation, ada)
  const idsBefore = [...(await dataKeys()).keys()].filter((name) => name.startsWith(mine))
  expect(idsBefore).toHaveLength(1)
  const receipt = join(installation.directory, 'ada.receipt.json')
  const erased = await run('privacy', 'erase', nameOf(ada), '--receipt', receipt, '--json')
  expect({ status: erased.status, stderr: erased.stderr }).toEqual({ status: 0, stderr: '' })
  expect([...(await dataKeys()).keys()].filter((name) => name.startsWith(mine))).toEqual([])
  expect(await places()).toEqual({})
  const proof = await json(
    z.object({
      proven: z.boolean(),
      findings: z.array(z.object({ place: z.string(), status: z.string(), detail: z.string() })),
    }),
    'privacy',
    'prove',
    receipt,
  )
  expect(proof.findings.filter(({ place }) => place === 'topic privacy.keys')).toMatchObject([
    { status: 'within_bound' },
  ])
  expect(proof.findings.filter(({ status }) => status === 'found')).toEqual([])

  await send(event(ada, { traits: { first_name: 'Nova', last_name: 'Nova' } }))
  expect(await shown(ada)).toMatchObject({ first_name: 'Nova', last_name: '(sealed)' })
  const ids = [...(await dataKeys()).keys()].filter((name) => name.startsWith(mine))
  expect(ids).toHaveLength(1)
  expect(ids).not.toEqual(idsBefore)
  const swept = await run('privacy', 'sweep', '--json')
  expect(JSON.parse(swept.stdout)).toMatchObject({ keys_destroyed: 0, unsettled: 0 })
  expect((await accessed(ada)).traits).toMatchObject({ first_name: 'Nova', last_name: 'Nova' })
})

test('the rotation is in the audit log', async () => {
  const rows = await installation.clickhouse.query<{ readonly command: string }>(
    "SELECT command FROM audit_log WHERE command = 'keys rotate'",
  )
  expect(rows.length).toBeGreaterThan(0)
})
