import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRowSink, migrateColumns } from '#runtime/clickhouse/index.ts'
import { birthProfileId, createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'
import { feature, trait } from '../support/clickhouse/definition.ts'
import {
  profileIdentifierRow,
  profileRow,
  segmentMembershipRow,
  segmentTransitionRow,
} from '../support/clickhouse/rows.ts'

const key = Buffer.alloc(32, 7)
const directory = mkdtempSync(join(tmpdir(), 'tributary-key-'))
const keyFile = join(directory, 'key')
const pseudonyms = createPseudonymiser(key)
const email = pseudonyms.fragmentId('email', 'ada@example.org')
const cookie = pseudonyms.fragmentId('anonymous_id', 'cookie-1')
const [ada, stray] = [birthProfileId(email), birthProfileId(cookie)]
const day = (n: number): string => `2026-03-0${n}T00:00:00.000Z`

let database: TestDatabase
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  writeFileSync(keyFile, key)
  database = await createTestDatabase()
  const { clickhouse } = database
  env = {
    CLICKHOUSE_URL: clickhouse.url,
    CLICKHOUSE_DATABASE: clickhouse.database,
    TRIBUTARY_KEY_FILE: keyFile,
  }
  await migrateColumns(clickhouse, {
    features: [feature('engagement', 'decayed_count'), feature('interests', 'decayed_topk')],
    traits: [trait('plan'), trait('city')],
  })
  const row = (version: string, at: string, value: number, members: readonly string[]) =>
    profileRow({
      profile_id: ada,
      version,
      updated_at: at,
      events: Number(version),
      members,
      f_engagement: value,
      f_engagement_ref_time: at,
      f_engagement_half_life_ms: 86_400_000,
      f_interests: [['shoes', value]],
      f_interests_ref_time: at,
      f_interests_half_life_ms: 86_400_000,
      t_plan: 'gold',
      trait_provenance: { plan: ['hubspot', 'declared', 'first', day(1)] },
    })
  const history = [row('1', day(1), 8, [email]), row('2', day(3), 6, [email, cookie])]
  const sink = createRowSink(clickhouse)
  await sink.insert({
    profiles: history,
    profile_history: history,
    profile_identifiers: [
      profileIdentifierRow({ fragment_id: email, birth_profile_id: ada, profile_id: ada }),
      profileIdentifierRow({
        fragment_id: cookie,
        identifier_type: 'anonymous_id',
        birth_profile_id: stray,
        profile_id: ada,
        assigned_at: day(3),
      }),
    ],
    segment_memberships: [
      segmentMembershipRow({
        profile_id: ada,
        segment: 'engaged',
        entered_at: day(1),
        next_change_at: day(9),
      }),
      segmentMembershipRow({
        profile_id: ada,
        segment: 'new',
        member: 0,
        entered_at: day(1),
        exited_at: day(3),
      }),
    ],
    segment_transitions: [
      segmentTransitionRow({ profile_id: ada, segment: 'engaged', at: day(1) }),
      segmentTransitionRow({ profile_id: ada, segment: 'new', at: day(1) }),
      segmentTransitionRow({
        profile_id: ada,
        segment: 'new',
        version: '2',
        at: day(3),
        to: 'exited',
      }),
    ],
  })
  await sink.close()
})
afterAll(async () => {
  await database.drop()
  rmSync(directory, { recursive: true, force: true })
})

const show = (...args: string[]): Promise<CliResult> => runCli(['profile', 'show', ...args], env)
const parsed = ({ stdout }: CliResult): unknown => JSON.parse(stdout)

test('a person is found by a value in clear, however it is written, by a pseudonym, and by every id of any time', async () => {
  for (const who of ['email= ADA@Example.org', email, cookie, ada, stray]) {
    const result = await show(who, '--json')
    expect({ who, status: result.status }).toEqual({ who, status: 0 })
    expect(parsed(result)).toMatchObject({ profile_id: ada, aliases: [stray] })
  }
})

test('identifiers, traits with provenance, features and segments with reasons are shown', async () => {
  const profile = parsed(await show(ada, '--json'))
  expect(profile).toMatchObject({
    identifiers: [
      { type: 'anonymous_id', birth_profile_id: stray, assigned_at: day(3) },
      { type: 'email', pseudonym: email.slice('email:'.length), birth_profile_id: ada },
    ],
    traits: {
      plan: { value: 'gold', source: 'hubspot', kind: 'declared', party: 'first', at: day(1) },
      city: { value: null, source: null },
    },
    features: { engagement: { value_at_ref: 6, ref_time: day(3), half_life_ms: 86_400_000 } },
    segments: {
      engaged: { member: true, entered_at: day(1), because: { email_engagement: 2.5 } },
      new: { member: false, exited_at: day(3) },
    },
    next_change_at: day(9),
  })
})

test('as of a time it shows what was known then: fewer members, decayed to then, segments of then', async () => {
  const profile = parsed(await show(`email=ada@example.org`, '--as-of', day(2), '--json'))
  expect(profile).toMatchObject({
    as_of: day(2),
    identifiers: [{ type: 'email', birth_profile_id: ada }],
    aliases: [],
    features: {
      engagement: { value: 4, value_at_ref: 8 },
      interests: { value: [['shoes', 4]], value_at_ref: [['shoes', 8]] },
    },
    segments: { engaged: { member: true }, new: { member: true, exited_at: null } },
  })
  const missing = await show('anonymous_id=cookie-1', '--as-of', day(2), '--json')
  expect(missing.status).toBe(1)
})

test('for people it is laid out in sections', async () => {
  const { stdout } = await show(ada, '--as-of', day(2))
  expect(stdout).toBe(`Profile ${ada}
  as of 2026-03-02 00:00 UTC: 1 events from 2026-03-01 12:00 UTC to 2026-03-01 12:00 UTC

Identifiers
  email  ${email.slice('email:'.length)}

Traits
  plan  gold  declared by hubspot  2026-03-01 00:00 UTC

Features
  engagement  4        8 at 2026-03-01 00:00 UTC, halves every 1 d
  interests   shoes 4  shoes 8 at 2026-03-01 00:00 UTC, halves every 1 d

In segments
  engaged  since 2026-03-01 00:00 UTC  because email_engagement = 2.5
  new      since 2026-03-01 00:00 UTC  because email_engagement = 2.5
`)
})

test('who is not there is exit 1 with a hint, and the value given is not repeated', async () => {
  const result = await show('email=grace@example.org', '--json')
  expect(result.status).toBe(1)
  expect(JSON.parse(result.stderr)).toMatchObject({ error: { code: 'TRB_NOT_FOUND' } })
  expect(result.stderr).not.toContain('grace')
})

test('a junk value is named by its rule', async () => {
  const { status, stderr } = await show('email=test@test.com')
  expect(status).toBe(1)
  expect(stderr).toContain('builtin:test@test.com')
})
