import { expect, test } from 'vitest'
import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { identityPolicy } from '#runtime/definition/identity-policy.ts'
import { type IdentityDefinition, identitySchema } from '#runtime/definition/schema.ts'
import { readOfflineEvents } from './offline-event.ts'
import { simulate } from './simulate.ts'
import type { SimulatedIdentifier, Simulation } from './simulation.ts'

async function run(
  events: readonly unknown[],
  settings: Partial<IdentityDefinition> = {},
): Promise<Simulation> {
  const identity = identitySchema.parse(settings)
  const policy = identityPolicy(identity)
  const lines = toLines(events.map((event) => JSON.stringify(event)))
  return simulate(
    readOfflineEvents('in.jsonl', lines, new Set(policy.types.keys())),
    policy,
    createScreen({ identity }),
  )
}

async function* toLines(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

let minute = 0
const event = (id: string, identifiers: object, more: object = {}): object => {
  minute += 1
  const at = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
  return { id, at, identifiers, ...more }
}

const show = ({ type, value }: SimulatedIdentifier): string => `${type}=${value}`
const shown = ({ profiles }: Simulation): readonly string[] =>
  profiles.map(({ identifiers }) => identifiers.map(show).toSorted().join(' '))

test('values are normalised before they are compared, and repetitions in a set are one', async () => {
  const result = await run([
    event('1', { email: ['Ann@Shop.org', ' ann@shop.org '], anonymous_id: 'd' }),
    event('2', { email: 'ANN@SHOP.ORG', user_id: 'A' }),
  ])
  expect(shown(result)).toEqual(['anonymous_id=d email=ann@shop.org user_id=A'])
})

test('a profile keeps the ids that it had before as aliases', async () => {
  const result = await run([
    event('1', { anonymous_id: 'd' }),
    event('2', { anonymous_id: 'd', email: 'a@shop.org' }),
    event('3', { email: 'a@shop.org', user_id: 'A' }),
  ])
  const [profile] = result.profiles
  const then = result.events.map(({ profile_id_then }) => profile_id_then)
  expect(new Set(then).size).toBe(3)
  expect(new Set([...(profile?.aliases ?? []), profile?.profile_id])).toEqual(new Set(then))
  for (const { profile_id } of result.events) expect(profile_id).toBe(profile?.profile_id)
})

test('a blocked value is in no profile, and an event of blocked values alone has none', async () => {
  const result = await run([
    event('1', { user_id: 'null' }),
    event('2', { user_id: 'undefined', email: 'a@shop.org' }),
    event('3', {}),
    event('4', { email: '', phone: null }),
  ])
  expect(shown(result)).toEqual(['email=a@shop.org'])
  expect(result.events.map(({ fragment }) => fragment && show(fragment))).toEqual([
    null,
    'email=a@shop.org',
    null,
    null,
  ])
  expect(result.events[0]).toMatchObject({ profile_id_then: null, profile_id: null })
  expect(result.decisions.map(({ outcome, rule }) => [outcome, rule])).toEqual([
    ['block', 'builtin:undefined'],
  ])
})

test('the same id is a duplicate only from the same source', async () => {
  const result = await run([
    event('1', { user_id: 'A' }, { source: 'segment' }),
    event('1', { user_id: 'A' }, { source: 'hubspot' }),
    event('1', { user_id: 'A' }, { source: 'segment' }),
  ])
  expect(result.events.map(({ duplicate }) => duplicate)).toEqual([false, false, true])
})

test('an event belongs to its best usable identifier', async () => {
  const result = await run([
    event('1', { anonymous_id: 'd', email: 'a@shop.org', crm_id: 'null' }),
    event('2', { anonymous_id: 'd', user_id: 'A', crm_id: '17' }),
  ])
  expect(result.events.map(({ fragment }) => fragment && show(fragment))).toEqual([
    'email=a@shop.org',
    'crm_id=17',
  ])
})

const later = (day: number): object => ({
  at: new Date(Date.UTC(2027, 0, day)).toISOString(),
})

test('a set is evidence once per window, in the time of the log', async () => {
  const limit = { types: { anonymous_id: { limit: '1 per 30d', blocked: [] } } }
  const result = await run(
    [
      event('1', { user_id: 'A', anonymous_id: 'd' }, later(1)),
      event('2', { user_id: 'A', anonymous_id: 'e' }, later(2)),
      event('3', { user_id: 'A', anonymous_id: 'e' }, later(3)),
      event('4', { user_id: 'A', anonymous_id: 'e' }, later(40)),
    ],
    limit,
  )
  expect(result.decisions.map(({ outcome, evidence }) => `${outcome} ${evidence.join()}`)).toEqual([
    'merge 1',
    'refuse 2',
    'merge 4',
  ])
})

test('every usable identifier is in exactly one profile', async () => {
  const result = await run([
    event('1', { user_id: 'A', anonymous_id: 'd' }),
    event('2', { user_id: 'B', anonymous_id: 'd', email: ['b@shop.org', 'c@shop.org'] }),
    event('3', { user_id: 'A', email: 'b@shop.org' }),
  ])
  const all = result.profiles.flatMap(({ identifiers }) => identifiers.map(show))
  expect(all.toSorted()).toEqual([
    'anonymous_id=d',
    'email=b@shop.org',
    'email=c@shop.org',
    'user_id=A',
    'user_id=B',
  ])
})

test('two runs print the same', async () => {
  const events = [
    event('1', { user_id: 'A', anonymous_id: 'd' }),
    event('2', { user_id: 'B', anonymous_id: 'd' }),
  ]
  expect(await run(events)).toEqual(await run(events))
})

for (const [what, line, message] of [
  ['no JSON', '{', 'in.jsonl:2: not a JSON object'],
  ['no object', '[]', /^in\.jsonl:2: /],
  ['no id', '{"at":"2026-01-01T00:00:00Z","identifiers":{}}', 'in.jsonl:2: id: must be a string'],
  ['no time', '{"id":"1","at":"soon","identifiers":{}}', 'in.jsonl:2: at: not an ISO 8601 time'],
  [
    'a number as value',
    '{"id":"1","at":"2026-01-01T00:00:00Z","identifiers":{"user_id":1}}',
    'in.jsonl:2: identifiers.user_id: must be a string or a list of strings',
  ],
  [
    'an unknown type',
    '{"id":"1","at":"2026-01-01T00:00:00Z","identifiers":{"fax":"1"}}',
    /^in\.jsonl:2: unknown identifier type fax/,
  ],
] as const)
  test(`a line with ${what} is refused with its number`, async () => {
    const types = new Set(['user_id'])
    const read = async (): Promise<void> => {
      for await (const _ of readOfflineEvents('in.jsonl', toLines(['', line]), types));
    }
    await expect(read()).rejects.toThrow(message)
  })
