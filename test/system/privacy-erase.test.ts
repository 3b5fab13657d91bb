import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { quoteName } from '#runtime/clickhouse/index.ts'
import { writeReplay } from '#runtime/channel/core/replay.ts'
import { epochMs, type FragmentId, offset } from '#runtime/event/ids.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { type Canary, findIn, needlesOf } from '../support/pipeline/canaries.ts'
import { filesOf, topicsOf } from '../support/pipeline/haystacks.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import type { ServiceProcess } from '../support/pipeline/service-process.ts'
import {
  encodeTold,
  tell,
  type ToldEvent,
  nameOf,
  fragmentOf as fragmentOfFirst,
} from '../support/pipeline/told-events.ts'
import { checkout } from '../world/demo/directory.ts'

// Invariant 7 on a whole installation: whoever is erased is in no table, masked or replaced rows included, does not come back by what was received
// before, and starts anew by what is received later. Nobody else loses anything.

type Identifiers = ToldEvent['identifiers']

const fixture = join(checkout, 'test/fixtures/identity.pipeline.yaml')
const start = Date.now() - 3 * 86_400_000
const hour = 3_600_000

// Quetz is erased; Ada was merged with Bob by mistake and parted, then Bob is erased; Mia is erased while a merge with her is on its way.
const quetz = { user_id: 'quetz-canary-77' }
const quetzMail = { email: 'quetz.canary77@mail.example.net' }
const quetzPhone = { phone: '+4915155501077' }
const quetzName = 'Quetzalina'
const ada = { user_id: 'ada' }
const adaMail = { email: 'ada@example.org' }
const bobMail = { email: 'bob@example.org' }
const bobPhone = { phone: '+493012345678' }
const mia = { user_id: 'mia' }
const miaMail = { email: 'mia@example.org' }
const zoeMail = { email: 'zoe@example.org' }

const canaries: readonly Canary[] = [
  { name: 'login', value: quetz.user_id, digests: true },
  { name: 'email', value: quetzMail.email, digests: true },
  { name: 'kept name', value: quetzName, digests: false },
]

let installation: Installation
let services: readonly ServiceProcess[]
let told = 0
/** When the first records were received, or a little before. */
let receivedAt = epochMs(0)

const event = (identifiers: Identifiers, about: Partial<ToldEvent> = {}): ToldEvent => {
  told += 1
  return { id: `event-${told}`, at: start + told * hour, ...about, identifiers }
}
const order = (total: number): Partial<ToldEvent> => ({
  type: 'order_completed',
  properties: { total, currency: 'EUR' },
})
const first = event({ ...quetz, ...quetzMail }, { traits: { first_name: quetzName }, ...order(20) })

async function send(...events: readonly ToldEvent[]): Promise<void> {
  await tell(installation, events)
  await installation.converged(services)
}

/** Cut off, so that nobody can read it: a dead letter that names the person. */
async function sendBroken(): Promise<void> {
  const producer = await installation.kafka.producer()
  const value = encodeTold(event({ ...quetz, ...quetzMail })).subarray(0, -30)
  const topic = `${installation.prefix}.channel.crm.tributary`
  await producer.send([{ topic, records: [{ key: null, value, partition: 0 }] }])
  await producer.close()
}

const pipelineFile = join(tmpdir(), `erase-${process.pid}.pipeline.yaml`)

beforeAll(async () => {
  const retention = 'retention:\n  dead_letters: 30d\n'
  writeFileSync(pipelineFile, `${readFileSync(fixture, 'utf8')}${retention}`)
  installation = await createInstallation({ pipelineFile })
  services = await installation.startAll()
  receivedAt = epochMs(Date.now())
  await sendBroken()
  await send(
    first,
    event({ ...quetz, ...quetzPhone }, order(50)),
    event(quetzMail, { consent: { marketing: 'granted' }, type: 'preference_declared' }),
    event({ ...ada, ...adaMail }, { traits: { first_name: 'Ada' }, ...order(20) }),
    event({ ...bobMail, ...bobPhone }, { traits: { first_name: 'Bob' }, ...order(7) }),
    event({ ...mia, ...miaMail }, order(3)),
    event(zoeMail, order(4)),
  )
  await send(event({ ...ada, ...bobMail }, { id: 'wrong' }))
})
afterAll(async () => {
  rmSync(pipelineFile, { force: true })
  await installation.drop()
})

const run = async (...args: readonly string[]): Promise<CliResult> =>
  runCli(args, installation.environment, { checkout, now: () => new Date() })

const count = z.object({ rows: z.number(), named: z.number() })
const counts = z.record(z.string(), count)
const receiptSchema = z.object({
  complete: z.boolean(),
  identifiers: z.array(z.string()),
  bound_days: z.number().nullable(),
  seconds_to_invisible: z.number(),
  deleted: z.record(z.string(), counts),
  dead_letters: z.object({ letters: z.number() }),
})
const sweptSchema = z.object({ deleted: z.record(z.string(), z.number()) })
const proofSchema = z.object({
  proven: z.boolean(),
  findings: z.array(z.object({ place: z.string(), status: z.string(), detail: z.string() })),
})

const fragmentOf = (identifiers: Identifiers): FragmentId =>
  fragmentOfFirst(installation, identifiers)

const receiptFile = (name: string): string => join(installation.directory, `${name}.receipt.json`)

async function erase(...args: readonly string[]): Promise<z.infer<typeof receiptSchema>> {
  const { status, stdout, stderr } = await run('privacy', 'erase', ...args, '--json')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return receiptSchema.parse(JSON.parse(stdout))
}

const by = (name: string): readonly string[] => ['--receipt', receiptFile(name), '--by', 'grace']

async function prove(name: string): Promise<z.infer<typeof proofSchema>> {
  const { stdout } = await run('privacy', 'prove', receiptFile(name), '--json')
  return proofSchema.parse(JSON.parse(stdout))
}
const found = ({ findings }: z.infer<typeof proofSchema>): readonly string[] =>
  findings
    .filter(({ status }) => status === 'found')
    .map(({ place, detail }) => `${place}: ${detail}`)

/** Tables with a row, masked or replaced ones too, in which one of these texts stands. */
async function tablesWith(texts: readonly string[]): Promise<readonly string[]> {
  const { clickhouse } = installation
  const tables = await clickhouse.query<{ readonly name: string }>(
    "SELECT name FROM system.tables WHERE database = {database:String} AND engine NOT LIKE '%View' ORDER BY name",
    { database: clickhouse.database },
  )
  const named: string[] = []
  const needles = canaries.flatMap(needlesOf)
  for (const { name } of tables) {
    const rows = await clickhouse.query(
      `SELECT * FROM ${quoteName(name)} SETTINGS apply_deleted_mask = 0`,
    )
    const text = rows.map((row) => JSON.stringify(row)).join('\n')
    // Hot keys are told of when their minute is over: the next sweep deletes them.
    const names = name === 'pipeline_health' ? [] : texts
    if (names.some((one) => text.includes(one)) || findIn(Buffer.from(text), needles).length > 0)
      named.push(name)
  }
  return named
}

const formsOf = (...people: readonly Identifiers[]): readonly string[] =>
  people.flatMap((one) => [fragmentOf(one), birthProfileId(fragmentOf(one))])
const profileOf = async (who: Identifiers): Promise<readonly object[]> =>
  installation.clickhouse.query(
    `SELECT events, f_orders, t_first_name, members FROM profiles FINAL WHERE has(members, {fragment:String})`,
    { fragment: fragmentOf(who) },
  )

test('a slip in the name of a type erases nobody, and whoever is unknown is said to be', async () => {
  const slip = await run('privacy', 'erase', 'userid=nobody-17')
  expect(slip).toMatchObject({ status: 2, stdout: '' })
  expect(slip.stderr).toContain('there are no identifiers of type userid')
  const unknown = await run('privacy', 'erase', 'user_id=nobody-17', '--dry-run', '--json')
  expect(JSON.parse(unknown.stdout)).toMatchObject({ known: false })
  const words = await run('privacy', 'erase', 'user_id=nobody-17', '--dry-run')
  expect(words.stdout).toContain('Nobody is known by this identifier')
})

describe('somebody who is erased', () => {
  const all = [quetz, quetzMail, quetzPhone]

  test('is counted without anything being said or sent', async () => {
    const { status, stdout } = await run(
      'privacy',
      'erase',
      nameOf(quetzMail),
      '--dry-run',
      '--json',
    )
    expect(status).toBe(0)
    const view = z
      .object({
        identifiers: z.array(z.string()),
        tables: z.record(z.string(), counts),
        dead_letters: z.object({ letters: z.number() }),
      })
      .parse(JSON.parse(stdout))
    expect(view.identifiers).toHaveLength(3)
    const tables = view.tables[installation.clickhouse.database]
    expect(tables?.['events']).toEqual({ rows: 3, named: 0 })
    expect(tables?.['identity_links']?.rows).toBeGreaterThan(0)
    expect(view.dead_letters.letters).toBe(1)
    expect(findIn(Buffer.from(stdout), canaries.flatMap(needlesOf))).toEqual([])
    expect(await profileOf(quetz)).toHaveLength(1)
  })

  test('is in no row of any table, and the receipt says when nothing is left anywhere and names nobody', async () => {
    expect((await tablesWith(formsOf(...all))).length).toBeGreaterThan(5)
    const receipt = await erase(nameOf(quetzMail), ...by('quetz'))
    expect(receipt).toMatchObject({ complete: true, dead_letters: { letters: 1 } })
    expect(receipt.identifiers).toHaveLength(3)
    expect(receipt.seconds_to_invisible).toBeLessThan(60)
    expect(receipt.bound_days).toBeGreaterThanOrEqual(30)
    expect(receipt.deleted['serving']?.['events']).toEqual({ rows: 3, named: 0 })
    expect(await tablesWith(formsOf(...all))).toEqual([])
    const text = readFileSync(receiptFile('quetz'), 'utf8')
    for (const form of [...formsOf(...all), quetzMail.email, quetz.user_id])
      expect(text).not.toContain(form.split(':').at(-1))
  })

  test('is proven to be gone, place by place', async () => {
    const proof = await prove('quetz')
    expect(found(proof)).toEqual([])
    expect(proof.proven).toBe(true)
    const statusOf = (place: string): readonly string[] =>
      proof.findings.filter((one) => one.place.includes(place)).map(({ status }) => status)
    for (const one of proof.findings.filter(({ place }) =>
      /^table .*\.(?!pipeline_health)/.test(place),
    ))
      expect(one).toMatchObject({ status: 'gone' })
    expect(statusOf('identity.suppressions')).toEqual(['kept'])
    expect(statusOf('profile.log')).toEqual(['within_bound'])
    expect(statusOf('identity.links')).toEqual(['within_bound', 'kept'])
    expect(statusOf('channel.crm.tributary')).toEqual(['company'])
  })

  test('does not come back by a record that was received before, nor by a row that a flush had in hand', async () => {
    const topic = `${installation.prefix}.channel.crm.tributary`
    const producer = await installation.kafka.producer()
    await producer.send([
      {
        topic: `${installation.prefix}.channel.crm.replay`,
        records: [
          {
            key: null,
            value: encodeTold(first),
            headers: writeReplay({
              sourceTopic: 'channel.crm.tributary',
              place: { topic, partition: 0, offset: offset(1) },
              attempt: 2,
              receivedAt,
              indexes: null,
              history: [],
            }),
          },
        ],
      },
    ])
    await producer.close()
    await installation.converged(services)
    const row = {
      fragment_id: fragmentOf(quetz),
      partition: 0,
      version: '1',
      event_id: 'late',
      event_key: 'late',
      identifiers: [{ id: fragmentOf(quetz), blocked: '' }],
      traits: JSON.stringify({ first_name: quetzName }),
      received_at: new Date(receivedAt).toISOString(),
    }
    await installation.clickhouse.insertLines(
      'events',
      'JSONEachRow',
      null,
      Buffer.from(JSON.stringify(row)),
    )
    expect(found(await prove('quetz'))).toEqual([expect.stringMatching(/events: 1 rows/)])
    const swept = await run('privacy', 'sweep', '--json')
    expect(swept.status).toBe(0)
    expect(JSON.parse(swept.stdout)).toMatchObject({ deleted: { events: 1 }, unsettled: 0 })
    expect(await tablesWith(formsOf(...all))).toEqual([])
    expect(found(await prove('quetz'))).toEqual([])
  })

  test('starts anew by what is received later, and a sweep leaves that alone', async () => {
    await send(event({ ...quetz, ...quetzMail }, order(5)))
    const fresh = await profileOf(quetz)
    expect(fresh).toMatchObject([{ events: '1', f_orders: '1', t_first_name: null }])
    const rows = await tablesWith(formsOf(...all))
    expect(rows).toEqual(expect.arrayContaining(['events', 'profile_identifiers', 'profiles']))
    const swept = await run('privacy', 'sweep', '--json')
    // A minute of hot keys is of both lives.
    const { pipeline_health: _minutes, ...deleted } = sweptSchema.parse(
      JSON.parse(swept.stdout),
    ).deleted
    expect(deleted).toEqual({})
    expect(await profileOf(quetz)).toEqual(fresh)
    expect(await tablesWith(formsOf(...all))).toEqual(rows)
    expect(found(await prove('quetz'))).toEqual([])
  })
})

test('of two who were merged by mistake and parted, one is erased, and the other keeps what is hers', async () => {
  const split = await run('identity', 'split', '--link', await linkOf('wrong'), '--wait', '--json')
  expect({ status: split.status, stderr: split.stderr }).toEqual({ status: 0, stderr: '' })
  await installation.converged(services)
  const hers = await profileOf(ada)
  expect(hers).toMatchObject([{ f_orders: '1', t_first_name: 'Ada' }])
  const receipt = await erase(nameOf(bobPhone), ...by('bob'))
  expect(receipt.identifiers).toHaveLength(2)
  // The event that named both is hers, and names him no more.
  expect(receipt.deleted['serving']?.['events']).toEqual({ rows: 1, named: 1 })
  expect(await tablesWith(formsOf(bobMail, bobPhone))).toEqual([])
  expect(await profileOf(ada)).toEqual(hers)
  expect(found(await prove('bob'))).toEqual([])
})

test('a merge that is on its way does not save anybody from an erasure', async () => {
  const merging = tell(installation, [event({ ...mia, ...zoeMail }, order(1))])
  const sent = await run('privacy', 'erase', nameOf(mia), '--no-wait', '--json')
  const { command_id: id } = z.object({ command_id: z.string() }).parse(JSON.parse(sent.stdout))
  const receipt = await erase('--command', id, ...by('mia'))
  await merging
  await installation.converged(services)
  expect(receipt.identifiers.length).toBeGreaterThanOrEqual(2)
  const swept = await run('privacy', 'sweep', '--json')
  expect(JSON.parse(swept.stdout)).toMatchObject({ unsettled: 0 })
  expect(found(await prove('mia'))).toEqual([])
})

test('topics but the raw ones and the log within its bound hold nothing in clear, nor does any log line', async () => {
  const needles = canaries.flatMap(needlesOf)
  const places: string[] = []
  for await (const { place, bytes } of topicsOf(installation))
    if (findIn(bytes, needles).length > 0) places.push(place)
  expect(places).toEqual([
    'topic channel.crm.replay',
    'topic channel.crm.tributary',
    // The name that the pipeline file keeps.
    'topic profile.log',
  ])
  const files = [...filesOf(installation)].filter(({ place }) => !place.startsWith('file state/'))
  expect(files.length).toBeGreaterThan(0)
  expect(files.flatMap(({ bytes }) => findIn(bytes, needles))).toEqual([])
})

test('every command is in the audit log with who and why, and without whom', async () => {
  const rows = await installation.clickhouse.query<{
    readonly command: string
    readonly actor: string
    readonly subject: readonly string[]
    readonly outcome: string
  }>('SELECT command, actor, subject, outcome FROM audit_log FINAL ORDER BY at')
  expect(new Set(rows.map(({ command }) => command))).toEqual(
    new Set([
      'migrate',
      'deploy',
      'identity split',
      'privacy erase',
      'privacy sweep',
      'privacy prove',
    ]),
  )
  expect(rows.filter(({ outcome }) => outcome === 'begun')).toEqual([])
  // The dry run before it was given without `--by`.
  expect(
    rows.filter(({ command }) => command === 'privacy erase').map(({ actor }) => actor),
  ).toContain('grace')
  expect(await tablesWith([])).toEqual([])
})

async function linkOf(eventId: string): Promise<string> {
  const [row] = await installation.clickhouse.query<{ readonly link_id: string }>(
    'SELECT link_id FROM identity_links FINAL WHERE event_id = {eventId:String}',
    { eventId },
  )
  return row?.link_id ?? ''
}
