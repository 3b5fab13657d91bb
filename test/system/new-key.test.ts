import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { loadInstallationKey } from '#runtime/keys/index.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { tablesOf, topicsOf } from '../support/pipeline/haystacks.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import { exitOf, startRebuild } from '../support/pipeline/rebuild-process.ts'
import type { ServiceProcess } from '../support/pipeline/service-process.ts'
import { encodeTold, nameOf, tell, type ToldEvent } from '../support/pipeline/told-events.ts'
import { checkout } from '../world/demo/directory.ts'
import { serviceNames } from '../world/demo/services.ts'

// A new installation key on a whole installation, while events flow and with the command killed once inside: everybody is who she was, by
// other names. Kim and Lou were merged by an operator, Ada and Bob parted, Quetz was erased and has come back, Mia is erased in the middle.

type Identifiers = ToldEvent['identifiers']

const pipelineFile = join(checkout, 'test/fixtures/identity.pipeline.yaml')
const start = Date.now() - 3 * 86_400_000
const minute = 60_000

const quetz = { user_id: 'quetz' }
const quetzMail = { email: 'quetz@example.org' }
const ada = { user_id: 'ada' }
const adaMail = { email: 'ada@example.org' }
const bobMail = { email: 'bob@example.org' }
const bobPhone = { phone: '+493012345678' }
const kimMail = { email: 'kim@example.org' }
const louMail = { email: 'lou@example.org' }
const louPhone = { phone: '+493011112222' }
const mia = { user_id: 'mia' }
const miaMail = { email: 'mia@example.org' }
const crowd = Array.from({ length: 30 }, (_, n): readonly [Identifiers, Identifiers] => [
  { user_id: `crowd-${n}` },
  { email: `crowd-${n}@example.org` },
])

let installation: Installation
let services: ServiceProcess[] = []
let nextKeyFile: string
const sent: ToldEvent[] = []

function event(identifiers: Identifiers, about: Partial<ToldEvent> = {}): ToldEvent {
  const id = about.id ?? `event-${sent.length + 1}`
  const made = { at: start + sent.length * minute, ...about, id, identifiers }
  sent.push(made)
  return made
}
const order = (total: number): Partial<ToldEvent> => ({
  type: 'order_completed',
  properties: { total, currency: 'EUR' },
})
const visit = (category: string): Partial<ToldEvent> => ({ properties: { category } })

async function send(...events: readonly ToldEvent[]): Promise<void> {
  await tell(installation, events)
  await installation.converged(services)
}

const withNext = (): Record<string, string> => ({
  ...installation.environment,
  TRIBUTARY_KEY_NEXT_FILE: nextKeyFile,
})

const run = async (
  args: readonly string[],
  environment: Readonly<Record<string, string>> = installation.environment,
): Promise<CliResult> => runCli(args, environment, { checkout, now: () => new Date() })

async function done(...args: readonly string[]): Promise<void> {
  const { status, stderr, stdout } = await run(args, withNext())
  if (status !== 0) throw new Error(`tributary ${args.join(' ')}: ${stderr}${stdout}`)
}

beforeAll(async () => {
  installation = await createInstallation({ pipelineFile })
  nextKeyFile = join(installation.directory, 'next.key')
  writeFileSync(nextKeyFile, randomBytes(32).toString('base64'), { mode: 0o600 })
  services = serviceNames.map((name) =>
    installation.start(name, name, { TRIBUTARY_KEY_NEXT_FILE: nextKeyFile }),
  )
  await installation.ready(services)
  await sendBroken()
  await send(
    event({ ...quetz, ...quetzMail }, { id: 'erased-1', ...order(20) }),
    event(quetzMail, { id: 'erased-2', ...visit('tents') }),
    event({ ...ada, ...adaMail }, { traits: { first_name: 'Ada' }, ...order(20) }),
    event({ ...bobMail, ...bobPhone }, { traits: { first_name: 'Bob', tier: 'gold' } }),
    event(bobMail, { consent: { marketing: 'denied' }, type: 'preference_declared' }),
    event(kimMail, visit('boats')),
    event({ ...louMail, ...louPhone }, order(50)),
    event({ ...mia, ...miaMail }, { id: 'gone-1', ...order(3) }),
    ...crowd.flatMap(([login, mail], n) => [
      event({ ...login, ...mail }, order(n + 1)),
      event(mail, visit(`category-${n % 4}`)),
      event(login, visit(`category-${n % 3}`)),
    ]),
  )
  await send(event({ ...ada, ...bobMail }, { id: 'wrong' }))
  const apart = ['--identifier', nameOf(bobMail), '--identifier', nameOf(bobPhone)]
  await done('identity', 'split', ...apart, '--reason', 'a wrong address', '--wait')
  await done(
    'identity',
    'merge',
    nameOf(kimMail),
    nameOf(louMail),
    '--reason',
    'a couple',
    '--wait',
  )
  await done('privacy', 'erase', nameOf(quetzMail), '--reason', 'asked for it')
  await installation.converged(services)
  await send(event({ ...quetz, ...quetzMail }, { id: 'anew', ...order(9) }))
  await send(event(kimMail, order(7)), event(adaMail, order(5)), event(bobPhone, visit('boats')))
})
afterAll(async () => {
  await installation.clickhouse.command(
    `DROP DATABASE IF EXISTS ${installation.prefix}_generation_1`,
    { withoutDatabase: true },
  )
  await installation.drop()
})

/** Cut off, so that nobody can read it: a dead letter. */
async function sendBroken(): Promise<void> {
  const producer = await installation.kafka.producer()
  const value = encodeTold({ id: 'broken', at: start, identifiers: bobMail }).subarray(0, -30)
  const topic = `${installation.prefix}.channel.crm.tributary`
  await producer.send([{ topic, records: [{ key: null, value, partition: 0 }] }])
  await producer.close()
}

async function until(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await pause(50)
}

const statusSchema = z.object({
  live: z.object({ generation: z.number() }),
  next: z.object({ events: z.number(), key: z.string(), phase: z.string() }).nullable(),
})
const status = async (): Promise<z.infer<typeof statusSchema>> =>
  statusSchema.parse(JSON.parse((await run(['rebuild', 'status', '--json'])).stdout))

const byProfile = (list: readonly Readonly<Record<string, unknown>>[]) =>
  new Map(list.map(({ profile_id: id, ...rest }) => [id, rest]))

/** What a profile says that does not depend on the key: by the events that are its own. */
async function people(): Promise<ReadonlyMap<string, unknown>> {
  const rows = await installation.clickhouse.query<Record<string, unknown>>(
    `SELECT arraySort(groupArray(event_id)) AS ids, profile_id FROM events_now GROUP BY profile_id`,
  )
  const profiles = await installation.clickhouse.query<Record<string, unknown>>(
    "SELECT profile_id, COLUMNS('^[ft]_') FROM profiles FINAL WHERE NOT deleted",
  )
  const members = await installation.clickhouse.query<Record<string, unknown>>(
    `SELECT profile_id, groupArray(segment) AS segments FROM
       (SELECT profile_id, segment FROM segment_memberships FINAL WHERE member ORDER BY segment) GROUP BY profile_id`,
  )
  const denials = await installation.clickhouse.query<Record<string, unknown>>(
    `SELECT profile_id, groupArray((purpose, state)) AS consent FROM consent_now GROUP BY profile_id`,
  )
  const [features, segments, consent] = [
    byProfile(profiles),
    byProfile(members),
    byProfile(denials),
  ]
  return new Map(
    rows.map(({ ids, profile_id: id }) => [
      JSON.stringify(ids),
      { features: features.get(id), segments: segments.get(id), consent: consent.get(id) },
    ]),
  )
}

test('a new key: everybody is who she was, under other names, and nothing is lost or double though events flow and the command is killed', async () => {
  const plan: unknown = JSON.parse(
    (await run(['rebuild', '--new-key', '--dry-run', '--json'], withNext())).stdout,
  )
  expect(plan).toMatchObject({
    events: { lost: 0 },
    words: { carried: 3, lost: [] },
    erased: { known: 2, met: 2 },
  })
  const same = { ...installation.environment, TRIBUTARY_KEY_NEXT_FILE: installation.keyFile }
  expect(await run(['rebuild', '--new-key', '--dry-run'], same)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('the next key is the one in force') as unknown,
  })

  const before = await people()
  const flowing = new AbortController()
  const flow = async (): Promise<void> => {
    for (let n = 0; !flowing.signal.aborted; n = (n + 1) % crowd.length) {
      const [login = {}] = crowd[n] ?? []
      await tell(installation, [event(login, { id: `flow-${sent.length}`, ...visit('flow') })])
      await pause(150)
    }
  }
  const flows = flow()
  const first = startRebuild(installation, ['--new-key', '--slice-events', '20'], withNext())
  const exited = exitOf(first)
  await until(async () => ((await status()).next?.events ?? 0) > 40 || first.exitCode !== null)
  expect(first.exitCode).toBe(null)
  await done('privacy', 'erase', nameOf(miaMail), '--reason', 'asked for it')
  first.kill('SIGKILL')
  await exited
  const { id: nextKey } = loadInstallationKey({ keyFile: nextKeyFile, key: null })
  expect((await status()).next?.key).toBe(nextKey)

  // Refused with 1 while the broker takes the killed one for alive.
  let code: number | null = 1
  for (let tries = 0; code === 1 && tries < 20; tries += 1) {
    code = await exitOf(startRebuild(installation, [], withNext()))
    if (code === 1) await pause(1000)
  }
  expect(code).toBe(0)
  flowing.abort()
  await flows
  expect((await status()).live.generation).toBe(1)
  await tell(installation, [
    event(bobMail, { id: 'after', ...order(60) }),
    event(quetzMail, { id: 'anew-2', ...visit('tents') }),
  ])
  await installation.converged(services, 60_000, 1)

  // Each event once; none of what an erasure took.
  const stored = await installation.clickhouse.query<{ event_id: string; n: string }>(
    'SELECT event_id, count() AS n FROM events FINAL GROUP BY event_id',
  )
  const counts = new Map(stored.map(({ event_id: id, n }) => [id, Number(n)]))
  const expected = sent.filter(({ id }) => !/^(?:erased|gone)-/.test(id)).map(({ id }) => id)
  expect(expected.filter((id) => counts.get(id) !== 1)).toEqual([])
  await done('privacy', 'sweep', '--reason', 'after a new key')
  const swept = await installation.clickhouse.query<{ event_id: string }>(
    "SELECT event_id FROM events WHERE event_id LIKE 'erased-%' OR event_id LIKE 'gone-%'",
  )
  expect(swept).toEqual([])

  // Everybody whom nothing new has happened to is what she was; Mia is gone.
  const after = await people()
  const unchanged = [...before].filter(([ids]) => !/crowd|gone|flow|anew/.test(ids))
  const mine = unchanged.filter(([ids]) => after.has(ids))
  const touched = new Set(
    sent
      .filter(({ id }) => /^(?:flow|after|anew)/.test(id))
      .map(({ identifiers }) => nameOf(identifiers)),
  )
  const withoutNews = new Map(
    [...after].map(([ids, what]) => [
      JSON.stringify(
        z
          .array(z.string())
          .parse(JSON.parse(ids))
          .filter((id) => !/^(?:flow-|after|anew-2)/.test(id)),
      ),
      what,
    ]),
  )
  const groups = [...before.keys()].filter((ids) => !ids.includes('gone-'))
  expect([...withoutNews.keys()].toSorted()).toEqual(groups.toSorted())
  expect(touched.size).toBeGreaterThan(2)
  expect(mine.length).toBeGreaterThan(1)
  for (const [ids, what] of mine) expect([ids, after.get(ids)]).toEqual([ids, what])

  // No name under the old key is in anything that is the new generation's.
  const old = createPseudonymiser(
    loadInstallationKey({ keyFile: installation.keyFile, key: null }).bytes,
  )
  const names = sent.flatMap(({ identifiers }) =>
    Object.entries(identifiers).map(([type, value]) => old.fragmentId(type, value).split(':')[1]),
  )
  const needles = [...new Set(names)].flatMap((name) => (name === undefined ? [] : [name]))
  const found: string[] = []
  for await (const { place, bytes } of topicsOf(installation))
    if (/^topic (?:profile\.log|identity\.links)/.test(place)) found.push(...namedIn(place, bytes))
  for await (const { place, bytes } of tablesOf(installation))
    if (!/^table (?:audit_log|pipeline_health|dead_letters)/.test(place))
      found.push(...namedIn(place, bytes))
  function namedIn(place: string, bytes: Uint8Array): readonly string[] {
    const text = Buffer.from(bytes).toString('latin1')
    return needles.some((name) => text.includes(name)) ? [place] : []
  }
  expect(found).toEqual([])
}, 400_000)

test('from then on the old key alone is refused, and beside the new one it opens what it has sealed', async () => {
  const wrong = await run(['profile', 'show', nameOf(bobMail), '--json'])
  expect(wrong.status).toBe(2)
  expect(wrong.stderr).toContain('TRB_KEY_MISMATCH')
  const late = installation.start('crm', 'crm-with-the-old-key')
  const ended = await late.exited
  expect(late.lastWords()).toContain('TRB_KEY_MISMATCH')
  expect(ended.code).toBe(2)

  const rotated = {
    ...installation.environment,
    TRIBUTARY_KEY_FILE: nextKeyFile,
    TRIBUTARY_KEY_PREVIOUS_FILE: installation.keyFile,
  }
  const shown = await run(['profile', 'show', nameOf(bobMail), '--json'], rotated)
  expect(shown.status).toBe(0)
  const place = `${installation.prefix}.channel.crm.tributary/0/0`
  const show = ['deadletter', 'show', place, '--reveal', '--json']
  expect((await run(show, rotated)).stdout).toContain('bob@example.org')
  const { TRIBUTARY_KEY_PREVIOUS_FILE: _previous, ...without } = rotated
  expect((await run(show, without)).stderr).toContain('TRB_SEAL_BROKEN')
}, 120_000)
