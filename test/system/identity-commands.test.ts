import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { sendCommands } from '../../services/cli/identity/operate/send-commands.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { checkout } from '../world/demo/directory.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import type { ServiceProcess } from '../support/pipeline/service-process.ts'
import {
  tell,
  type ToldEvent,
  nameOf,
  fragmentOf as fragmentOfFirst,
} from '../support/pipeline/told-events.ts'

// Everybody here has a twin, who does the same at the same time and is never named in an event of somebody else. Whoever was merged wrongly
// and split again has to be what the twin is, in every table.

const pipelineFile = join(checkout, 'test/fixtures/identity.pipeline.yaml')
const start = Date.now() - 3 * 86_400_000
const hour = 3_600_000

let installation: Installation
let services: readonly ServiceProcess[]

/** Who stands for whom: the same with `twin-` in front of each value. */
type Identifiers = ToldEvent['identifiers']
const twinOf = (identifiers: Identifiers): Identifiers =>
  Object.fromEntries(Object.entries(identifiers).map(([type, value]) => [type, twinValue(value)]))
const twinValue = (value: string): string =>
  value.startsWith('+') ? value.replace('+4930', '+4940') : `twin-${value}`

let told = 0
/** An event of somebody and the same of the twin; `twin`: what the twin names, where that differs. */
function both(
  identifiers: Identifiers,
  about: Partial<ToldEvent> = {},
  twin: Identifiers = identifiers,
): readonly ToldEvent[] {
  told += 1
  const event = { id: `event-${told}`, at: start + told * hour, ...about, identifiers }
  return [event, { ...event, id: `twin-${event.id}`, identifiers: twinOf(twin) }]
}

const order = (total: number): Partial<ToldEvent> => ({
  type: 'order_completed',
  properties: { total, currency: 'EUR' },
})
const visit = (category: string): Partial<ToldEvent> => ({ properties: { category } })

// Ada and Bob share an address for once; Eve's login gave a profile its id; Kim and Lou were merged early and grew together.
const ada = { user_id: 'ada' }
const adaMail = { email: 'ada@example.org' }
const bobMail = { email: 'bob@example.org' }
const bobPhone = { phone: '+493012345678' }
const bobDevice = { anonymous_id: 'device-bob' }
const eve = { user_id: 'eve' }
const eveMail = { email: 'eve@example.org' }
const evePhone = { phone: '+493087654321' }
const kimMail = { email: 'kim@example.org' }
const kimDevice = { anonymous_id: 'device-kim' }
const louMail = { email: 'lou@example.org' }
const louPhone = { phone: '+493011112222' }
const lou = { user_id: 'lou' }
const louRecord = { crm_id: 'crm-lou' }

async function send(...events: readonly (readonly ToldEvent[])[]): Promise<void> {
  await tell(installation, events.flat())
  await installation.converged(services)
}

beforeAll(async () => {
  installation = await createInstallation({ pipelineFile })
  services = await installation.startAll()
  await send(
    both({ ...ada, ...adaMail }, { traits: { first_name: 'Ada' }, ...order(20) }),
    both({ ...bobMail, ...bobPhone }, { traits: { first_name: 'Bob', tier: 'gold' } }),
    both(bobMail, { consent: { marketing: 'denied' }, type: 'preference_declared' }),
    both(ada, { consent: { marketing: 'granted' }, type: 'preference_declared' }),
    both({ ...eve, ...eveMail }, visit('shoes'), eve),
    both({ ...eveMail, ...evePhone }, { traits: { tier: 'silver' }, ...order(70) }),
    both({ ...kimMail, ...kimDevice }, visit('books')),
    both({ ...louMail, ...louPhone }, order(12)),
  )
  await send(
    both({ ...ada, ...bobMail }, { id: 'wrong-ada-bob', ...visit('garden') }, ada),
    both({ ...kimMail, ...louPhone }, { id: 'wrong-kim-lou', ...visit('music') }, kimMail),
  )
  await send(
    both({ ...bobMail, ...bobDevice }, visit('tools')),
    both(ada, order(35)),
    both(bobPhone, order(5)),
    both({ ...lou, ...louMail }, visit('games')),
    both({ ...louRecord, ...lou }, { traits: { first_name: 'Lou' } }),
    both(kimDevice, visit('books')),
    both(eve, order(9)),
  )
})
afterAll(async () => installation.drop())

const run = async (...args: readonly string[]): Promise<CliResult> =>
  runCli(['identity', ...args], installation.environment, { checkout, now: () => new Date() })

const group = z.object({
  profile_id: z.string(),
  identifiers: z.array(z.object({ type: z.string(), pseudonym: z.string() })),
})
const saying = z.object({
  command_id: z.string().default(''),
  before: z.array(group).default([]),
  after: z.array(group).default([]),
  unknown: z.array(z.object({ type: z.string() })).default([]),
  path: z.array(z.object({ decisions: z.array(z.object({ id: z.string() })) })).nullish(),
})
type Said = z.infer<typeof saying>

/** `tributary identity …`, which has to end well. */
async function say(...args: readonly string[]): Promise<Said> {
  const { status, stdout, stderr } = await run(...args, '--json')
  if (status !== 0) throw new Error(`${args.join(' ')}: ${status}: ${stderr}`)
  return saying.parse(JSON.parse(stdout))
}

const decisionBetween = async (a: string, b: string): Promise<string> => {
  const { path } = await say('explain', a, b)
  return (path ?? []).flatMap(({ decisions }) => decisions.map(({ id }) => id)).at(-1) ?? ''
}

const fragmentOf = (identifiers: Identifiers): FragmentId =>
  fragmentOfFirst(installation, identifiers)

const ofItself = new Set([
  'profile_id',
  'version',
  'updated_at',
  'members',
  'entered_at',
  'exited_at',
])
const plain = (row: object): object =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !ofItself.has(name)))

/** All that the tables say of the person with these identifiers, but for names and times of writing. */
async function tablesOf(
  all: readonly Identifiers[],
): Promise<{ readonly aliases: readonly string[]; readonly [table: string]: unknown }> {
  const { clickhouse } = installation
  const fragments = all.map(fragmentOf)
  const ids = fragments.map((fragment) => birthProfileId(fragment))
  const profiles = await clickhouse.query<{
    readonly profile_id: string
    readonly members: string[]
  }>(
    'SELECT * FROM profiles FINAL WHERE profile_id IN (SELECT profile_id FROM profile_identifiers FINAL WHERE fragment_id IN {fragments:Array(String)})',
    { fragments },
  )
  const [profile] = profiles
  const params = { profile: profile?.profile_id, ids }
  const segments = await clickhouse.query(
    'SELECT segment, member, because FROM segment_memberships FINAL WHERE profile_id = {profile:UUID} AND member = 1 ORDER BY segment',
    params,
  )
  const aliases = await clickhouse.query<{ readonly profile_id: string }>(
    'SELECT DISTINCT profile_id FROM profile_aliases WHERE alias_id IN {ids:Array(UUID)}',
    params,
  )
  return {
    profiles: profiles.map(({ members, ...row }) => ({ ...plain(row), members: members.length })),
    segments: segments.map(plain),
    aliases: aliases.map(({ profile_id: id }) =>
      id === profile?.profile_id ? 'itself' : 'somebody else',
    ),
  }
}

/** Each of these is just as the twin is. */
async function expectAsTwins(...people: readonly (readonly Identifiers[])[]): Promise<void> {
  for (const person of people) {
    const found = await tablesOf(person)
    expect(found).toEqual(await tablesOf(person.map(twinOf)))
    expect(found.aliases).toEqual(['itself'])
    expect(found['profiles']).toHaveLength(1)
  }
}

const adaAlone = [ada, adaMail]
const bobAlone = [bobMail, bobPhone, bobDevice]

describe('two people whom one event named', () => {
  let decision = ''
  let commandId = ''
  let together: object

  test('are one person by a path of links, each with its event and its decision', async () => {
    const { status, stdout } = await run('explain', nameOf(adaMail), nameOf(bobPhone), '--json')
    expect(status).toBe(0)
    const explained: unknown = JSON.parse(stdout)
    expect(explained).toMatchObject({
      one_person: true,
      path: [
        { from: { type: 'email' }, to: { type: 'user_id' }, link: { event_id: 'event-1' } },
        { link: { event_id: 'wrong-ada-bob', source: 'shop', fate: 'merge' } },
        { to: { type: 'phone' }, link: { event_id: 'event-2' } },
      ],
      evidence: { agrees: true, complete: true },
    })
    const text = (await run('explain', nameOf(adaMail), nameOf(bobPhone))).stdout
    expect(text).toContain('One person')
    expect(text).toContain('event wrong-ada-bob')
    expect(text).not.toContain('example.org')
    decision = await decisionBetween(nameOf(ada), nameOf(bobMail))
    together = await tablesOf(adaAlone)
  })

  test('part by that decision, and each is what the twin is', async () => {
    const trial = await say('split', '--decision', decision, '--dry-run')
    const why = ['--reason', 'an address used for once', '--by', 'grace']
    const { command_id, before, after } = await say(
      'split',
      '--decision',
      decision,
      '--wait',
      ...why,
    )
    expect(before.length).toBe(1)
    expect(new Set(after.map(({ identifiers }) => identifiers.length))).toEqual(new Set([2, 3]))
    expect(after).toEqual(trial.after)
    commandId = command_id
    await installation.converged(services)
    await expectAsTwins(adaAlone, bobAlone)
    expect((await tablesOf(adaAlone))['profiles']).toMatchObject([
      { f_orders: '2', f_revenue: 55, t_first_name: 'Ada', t_tier: null },
    ])
    expect((await tablesOf(bobAlone))['segments']).toMatchObject([{ segment: 'buyer' }])
  })

  test('then are not one person, and it is said who parted them, why, and what would change it', async () => {
    const { status, stdout } = await run('explain', nameOf(ada), nameOf(bobMail), '--json')
    expect(status).toBe(1)
    expect(stdout).toContain(`unsplit --command ${commandId}`)
    expect(JSON.parse(stdout)).toMatchObject({
      one_person: false,
      apart: [
        {
          reason: 'split',
          command: { command_id: commandId, by: 'grace', reason: 'an address used for once' },
        },
      ],
    })
    const again = await run('split', '--decision', decision)
    expect(again.status).toBe(1)
    expect(again.stderr).toContain('apart already')
  })

  test('are merged again as they were, and split again', async () => {
    await say('unsplit', '--command', commandId, '--wait')
    await installation.converged(services)
    expect(await tablesOf(adaAlone)).toEqual(together)
    await say('split', '--decision', decision, '--wait')
    await installation.converged(services)
    await expectAsTwins(adaAlone, bobAlone)
  })

  test('are joined over the split by an operator’s merge', async () => {
    await say('merge', nameOf(ada), nameOf(bobMail), '--wait')
    await installation.converged(services)
    expect(await tablesOf(adaAlone)).toEqual(together)
  })
})

test('the identifier that a profile was born from is split off, and the others live on without it', async () => {
  const { after } = await say('split', '--identifier', nameOf(eve), '--wait')
  await installation.converged(services)
  expect(after.map(({ identifiers }) => identifiers.map(({ type }) => type).join())).toContain(
    'user_id',
  )
  await expectAsTwins([eve], [eveMail, evePhone])
})

test('an early merge is undone in a chain of later ones, though its side gave the profile its id since', async () => {
  const decision = await decisionBetween(nameOf(kimMail), nameOf(louPhone))
  const { before } = await say('split', '--decision', decision, '--wait')
  expect(before[0]?.profile_id).toBe(birthProfileId(fragmentOf(louRecord)))
  await installation.converged(services)
  await expectAsTwins([kimMail, kimDevice], [louMail, louPhone, lou, louRecord])
})

test('a merge is undone while more is learnt of both sides', async () => {
  const amy = { user_id: 'amy' }
  const amyMail = { email: 'amy@example.org' }
  const zoeMail = { email: 'zoe@example.org' }
  const zoePhone = { phone: '+493099998888' }
  const zoeDevice = { anonymous_id: 'device-zoe' }
  await send(
    both({ ...amy, ...amyMail }, order(3)),
    both({ ...zoeMail, ...zoePhone }, { traits: { tier: 'gold' } }),
    both({ ...amy, ...zoeMail }, { id: 'wrong-amy-zoe' }, amy),
  )
  const decision = await decisionBetween(nameOf(amy), nameOf(zoeMail))
  await Promise.all([
    tell(installation, [
      ...both({ ...zoeMail, ...zoeDevice }, visit('garden')),
      ...both({ ...amy, ...zoePhone }, { id: 'wrong-again' }, amy),
    ]),
    say('split', '--decision', decision, '--wait'),
  ])
  await installation.converged(services)
  // Whatever was too late for the command to know of can be taken care of by giving it again.
  expect((await run('split', '--decision', decision)).status).toBe(1)
  await expectAsTwins([amy, amyMail], [zoeMail, zoePhone, zoeDevice])
})

test('what is unknown or no merge is said, and nothing is sent', async () => {
  const { admin, prefix } = installation
  const end = async (): Promise<unknown> =>
    (await admin.offsets(`${prefix}.identity.links`)).get(0)?.high
  const before = await end()
  for (const [args, status, words] of [
    [['split', '--decision', 'no-such.0'], 1, 'no decision'],
    [['split', '--link', 'no-such'], 1, 'no link'],
    [['unsplit', '--command', 'no-such'], 1, 'no command'],
    [['split', '--identifier', nameOf(twinOf(eve))], 1, 'nothing to split'],
    [['split'], 2, 'say in one way'],
    [['merge', nameOf(louMail), nameOf(louPhone)], 1, 'one person already'],
    [['merge', nameOf(lou), 'userid=17'], 2, 'no identifiers of type userid'],
    [['explain', 'email=mona@shop.org'], 1, 'nothing is known'],
  ] as const) {
    const result = await run(...args)
    expect([args[0], result.status]).toEqual([args[0], status])
    expect(result.stderr).toContain(words)
  }
  expect(await end()).toBe(before)
})

test('a merge says whom nobody was known by', async () => {
  const known = await say('merge', nameOf(lou), nameOf(eve), '--dry-run')
  const unknown = await say('merge', nameOf(lou), 'email=mona@shop.org', '--dry-run')
  expect([known.unknown, unknown.unknown]).toEqual([[], [{ type: 'email' }]])
})

test('every link and command has its fate in the table', async () => {
  const rows = await installation.clickhouse.query<{
    readonly kind: string
    readonly fate: string
  }>('SELECT DISTINCT kind, fate FROM identity_links FINAL ORDER BY kind, fate')
  const found = rows.map(({ kind, fate }) => `${kind} ${fate}`)
  expect(found).toEqual(
    expect.arrayContaining(['link merge', 'merge merge', 'split split', 'unsplit unsplit']),
  )
  const [left] = await installation.clickhouse.query<{ readonly n: string }>(
    `SELECT count() AS n FROM identity_decisions FINAL
     WHERE link_id NOT IN (SELECT link_id FROM identity_links FINAL)`,
  )
  expect(left).toEqual({ n: '0' })
})

test('of somebody who was erased no link is left in the table, and nothing is known', async () => {
  const { kafka, prefix, clickhouse } = installation
  const erased = [kimMail, kimDevice].map(twinOf)
  const fragments = erased.map(fragmentOf)
  const left = async (): Promise<number> => {
    const [row] = await clickhouse.query<{ readonly n: string }>(
      'SELECT count() AS n FROM identity_links FINAL WHERE hasAny(identifiers, {fragments:Array(String)})',
      { fragments },
    )
    return Number(row?.n)
  }
  expect(await left()).toBeGreaterThan(0)
  await sendCommands(kafka, { prefix, generation: 0 }, [
    {
      kind: 'command',
      commandId: 'erase-kims-twin',
      at: epochMs(Date.now()),
      by: 'grace',
      reason: '',
      action: 'erase',
      fragments,
    },
  ])
  await installation.converged(services)
  expect(await left()).toBe(0)
  expect((await run('explain', nameOf(twinOf(kimMail)))).status).toBe(1)
})
