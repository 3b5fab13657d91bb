import { afterAll, beforeAll, expect, test } from 'vitest'
import { requireGroup } from '#runtime/groups/index.ts'
import { createRowSink, migrateColumns } from '#runtime/clickhouse/index.ts'
import { auditedIn } from '../../services/cli/shell/audit.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'
import { shippedDefinition } from '../support/clickhouse/definition.ts'
import {
  consentHistoryRow,
  deadLetterReplayRow,
  deadLetterRow,
  eventRow,
  identityDecisionRow,
  identityLinkRow,
  pipelineHealthRow,
  profileId,
  profileIdentifierRow,
  profileRow,
  segmentMembershipRow,
  segmentTransitionRow,
} from '../support/clickhouse/rows.ts'
import { documentedQueries, queriesPage } from '../support/clickhouse/documented-queries.ts'

const day = (n: number): string => `2026-03-0${n}T00:00:00.000Z`
const email = 'email:aaaaaaaaaaaaaaaaaaaaaa'
const cookie = 'anonymous_id:bbbbbbbbbbbbbbbbbbbbbb'
const ada = profileId(1)
/** Sent again once, and refused again; the other one was not. */
const brokenTwice = deadLetterRow({
  offset: 1,
  index: 4,
  attempt: 2,
  reason: 'missing_field',
  first_failed_at: day(1),
  history: [[1, day(1), 'decode', 'invalid_json']],
})
/** A number and a moment. */
const because = `{"email_engagement":2.5,"last_order_at":"${day(1)}"}`
const params = {
  profile_id: ada,
  old_profile_id: profileId(2),
  fragment_id: email,
  segment: 'loyal',
  category: 'shoes',
  since: new Date(day(1)),
  at: new Date(day(3)),
  topic: 'channel.email',
  partition: 0,
  offset: 0,
}

const about = (value: number): unknown => expect.closeTo(value, 3)

let database: TestDatabase

/**
 * What profiles and web report just now: one record waits at ClickHouse since half a minute, nothing at web; and a hot visitor. The last word
 * of crm is five minutes old.
 */
function seenNow() {
  const now = Date.now()
  const row = (component: string, name: string, value: number, key = '') => {
    const at = component === 'crm' ? now - 300_000 : now
    return pipelineHealthRow({
      component,
      name,
      topic: component === 'web' || component === 'crm' ? `channel.${component}` : 'profile.log',
      key,
      value,
      at: new Date(at).toISOString(),
      minute: new Date(Math.floor(at / 60_000) * 60_000).toISOString(),
      version: String(at),
    })
  }
  const stage = (name: string, records: number, waitingSince: number) => [
    row(name, 'lag_records', records),
    row(name, 'lag_events', records * 3),
    row(name, 'oldest_waiting_timestamp_seconds', waitingSince / 1000),
    row(name, 'oldest_waiting_offset', records === 0 ? -1 : 41),
  ]
  return [
    ...stage('web', 0, 0),
    ...stage('crm', 0, 0),
    ...stage('clickhouse', 1, now - 30_000),
    ...stage('profiles', 0, 0),
    row('profiles', 'step_seconds', 0.1, 'fold'),
    row('profiles', 'step_seconds', 9, 'clickhouse'),
    row('profiles', 'window_fragment', 100),
    row('profiles', 'hot_fragment', 60, cookie),
  ]
}

/** A command that was killed, or one that ended, with an exception for a small group. */
async function writeEntries(ended: boolean, n: number): Promise<void> {
  const clock = { ms: Date.now() + n }
  const killed = new Error('killed')
  let rows = 0
  await auditedIn(
    {
      async insertLines(...row) {
        rows += 1
        if (rows > 2 && !ended) throw killed
        await database.clickhouse.insertLines(...row)
      },
    },
    () => new Date(clock.ms),
    { command: 'deadletter replay', by: 'ada', reason: 'mended' },
    async (trail) => {
      if (ended) await requireGroup(3, 10, trail.smallGroups('case 17'))
      else await trail.save()
      return 0
    },
  ).catch((error: unknown) => {
    if (error !== killed) throw error
  })
}

beforeAll(async () => {
  database = await createTestDatabase()
  // Without its retention: the seeded rows are of a fixed day.
  const { features, traits } = shippedDefinition()
  await migrateColumns(database.clickhouse, { features, traits })
  const row = (version: string, at: string, engagement: number) =>
    profileRow({
      profile_id: ada,
      version,
      updated_at: at,
      members: [email, cookie],
      consent: { email_marketing: 'given', analytics: 'unanswered' },
      f_email_engagement: engagement,
      f_email_engagement_ref_time: at,
      f_email_engagement_half_life_ms: 14 * 86_400_000,
      f_web_activity: 4,
      f_web_activity_ref_time: day(1),
      f_web_activity_half_life_ms: 86_400_000,
      f_orders: 3,
      f_top_categories: [['shoes', 2]],
      f_top_categories_ref_time: at,
      f_top_categories_half_life_ms: 30 * 86_400_000,
      t_loyalty_tier: 'gold',
      trait_provenance: { loyalty_tier: ['hubspot', 'declared', 'first', day(1)] },
    })
  const history = [row('1', day(1), 1), row('2', day(2), 2)]
  const sink = createRowSink(database.clickhouse)
  await sink.insert({
    events: [
      eventRow({ fragment_id: email, occurred_at: day(1), received_at: day(2) }),
      eventRow({
        fragment_id: '',
        version: '2',
        event_id: 'e2',
        source: 'segment',
        origin_offset: 1,
      }),
    ],
    profile_identifiers: [
      profileIdentifierRow({ fragment_id: email, birth_profile_id: ada, profile_id: ada }),
      profileIdentifierRow({
        fragment_id: cookie,
        identifier_type: 'anonymous_id',
        birth_profile_id: profileId(2),
        profile_id: ada,
      }),
    ],
    profiles: history,
    profile_history: history,
    segment_memberships: [
      segmentMembershipRow({
        profile_id: ada,
        segment: 'loyal',
        next_change_at: '2026-03-03T12:00:00.000Z',
      }),
      // Its moment is past: an event has moved it since, and she is still there.
      segmentMembershipRow({
        profile_id: ada,
        segment: 'newsletter',
        next_change_at: '2026-03-02T12:00:00.000Z',
      }),
    ],
    segment_transitions: [
      segmentTransitionRow({ profile_id: ada, segment: 'loyal', because }),
      segmentTransitionRow({
        profile_id: ada,
        segment: 'browsing',
        version: '2',
        to: 'exited',
        cause: 'consent',
      }),
    ],
    consent_history: [
      consentHistoryRow({ fragment_id: email, purpose: 'email_marketing', declared_at: day(2) }),
      consentHistoryRow({
        fragment_id: cookie,
        purpose: 'email_marketing',
        state: 'denied',
        declared_at: day(1),
        event_id: 'e2',
      }),
    ],
    identity_decisions: [
      identityDecisionRow(),
      identityDecisionRow({ decision_id: 'd2', version: '2', rule: 'unique', outcome: 'refuse' }),
    ],
    identity_links: [identityLinkRow({ identifiers: [email, cookie] })],
    dead_letters: [deadLetterRow(), brokenTwice],
    dead_letter_replays: [
      deadLetterReplayRow(),
      deadLetterReplayRow({ offset: 1, indexes: [4], note: 'the map was mended' }),
    ],
    pipeline_health: [pipelineHealthRow(), ...seenNow()],
  })
  // Everything again, as after a crash: no answer may change.
  await sink.insert({
    events: [eventRow({ fragment_id: email, occurred_at: day(1), received_at: day(2) })],
  })
  await sink.insert({
    profiles: history,
    profile_history: history,
    dead_letters: [deadLetterRow(), brokenTwice],
    dead_letter_replays: [deadLetterReplayRow()],
  })
  for (const [n, end] of [false, true].entries()) await writeEntries(end, n)
  await sink.close()
})
afterAll(() => database.drop())

/** What some of the answers are, by title; every other query must at least find the seeded rows. */
const answers: Readonly<Record<string, readonly object[]>> = {
  'The profile of one identifier, as it is now': [
    { profile_id: ada, version: '2', orders: '3', loyalty_tier: 'gold' },
  ],
  'A few values of one person, while a page waits for them': [
    { profile_id: ada, orders: '3', loyalty_tier: 'gold' },
  ],
  'The profile of an id of any time, as it is now': [{ profile_id: ada, version: '2' }],
  'What an id of last month means today': [{ alias_id: profileId(2), profile_id: ada }],
  'What was known about a person at a time': [
    { email_engagement: 2 * 2 ** (-1 / 14), updated_at: day(2), as_of: day(3) },
  ],
  'What was known at a time of whoever had an identifier then': [
    { profile_id: ada, email_engagement: 2 * 2 ** (-1 / 14), updated_at: day(2) },
  ],
  'What has moved since a time': [
    {
      email_engagement_then: 2 * 2 ** (-1 / 14),
      more_orders: '0',
      tier_then: 'gold',
      tier_now: 'gold',
    },
  ],
  'How many people there are, and by what they are known': [
    { types: 'anonymous_id + email', people: '1' },
  ],
  'Who entered a segment since a time, whatever came of it': [
    { profile_id: ada, cause: 'event', because },
  ],
  'Why a segment grows: comings and goings by cause, against as long a time before': [
    {
      cause: 'event',
      entered: '1',
      exited: '0',
      net: '1',
      entered_before: '0',
      exited_before: '0',
    },
  ],
  'Why a segment grows: what the rule read of those who entered, against those before': [
    {
      what: 'email_engagement',
      entered: '1',
      median: 2.5,
      entered_before: '0',
      median_before: null,
    },
  ],
  'Who may leave by time alone within a day': [
    { segment: 'loyal', profile_id: ada, next_change_at: '2026-03-03T12:00:00.000Z' },
  ],
  'Why somebody was in a segment at a time, or was not': [
    { to: 'entered', cause: 'event', rule_version: '0', because },
  ],
  'What changed for one person, of all kinds': [
    { kind: 'consent', what: 'email_marketing denied', detail: 'segment' },
    { kind: 'consent', what: 'email_marketing granted' },
    { kind: 'identity', what: 'merge (link)' },
    { kind: 'identity', what: 'refuse (unique)' },
    { kind: 'segment', what: 'browsing exited (consent)' },
    { kind: 'segment', what: 'loyal entered (event)' },
  ],
  'How a feature moved, row by row': [{ value_at_ref: 1 }, { value_at_ref: 2 }],
  'Decay by hand, to any moment': [{ profile_id: ada, web_activity: 1 }],
  'Where the value of a trait comes from': [
    { loyalty_tier: 'gold', source: 'hubspot', kind: 'declared', at: day(1) },
  ],
  'What a person agreed to, and where that comes from': [
    { purpose: 'analytics', state: 'unanswered', given: 0, declared_at: null, source: '' },
    {
      purpose: 'email_marketing',
      state: 'given',
      given: 1,
      declared_at: day(2),
      source: 'segment',
      event_id: 'e1',
    },
  ],
  'What a person answered over time': [
    { state: 'denied', declared_at: day(1), fragment_id: cookie },
    { state: 'granted', declared_at: day(2), fragment_id: email },
  ],
  'Who withdrew a consent since a time, and left segments for it': [{ segment: 'browsing' }],
  'How large the segments are': [
    { segment: 'loyal', size: null, size_below: '10', shown: '<10', oldest_entry: null },
    { segment: 'newsletter', size: null, size_below: '10', shown: '<10', oldest_entry: null },
  ],
  'Who did what, on whom, when and why': [
    { actor: 'ada', reason: 'mended', outcome: 'done' },
    { actor: 'ada', reason: 'mended', outcome: 'begun', ended_at: null },
  ],
  'Privileged commands that never said how they ended': [{ actor: 'ada', reason: 'mended' }],
  'Exceptions for small groups': [{ actor: 'ada', reason: 'case 17', size_below: '10' }],
  'What the linker refused, by rule': [{ rule: 'unique', outcome: 'refuse', decisions: '1' }],
  'Events by source, type and whether a machine made them': [{ events: '1' }, { events: '1' }],
  'Events that name nobody': [{ source: 'segment', unattributed: '1' }],
  'How late events arrive': [{ source: 'segment' }, { seconds_late: ['86400', '86400', '86400'] }],
  'Dead letters by reason': [{ records: '1' }, { records: '1' }],
  'Dead letters that wait for somebody': [
    { status: 'failed_again', reason: 'missing_field', letters: '1', since: day(1), tries: 2 },
  ],
  'What was tried with a dead letter, and what came of it': [
    { offset: '0', index: -1, try: 1, refused_for: 'invalid_json' },
    { offset: '1', index: 4, try: 1, refused_at: day(1), refused_for: 'invalid_json' },
    { offset: '1', index: 4, try: 2, refused_for: 'missing_field' },
  ],
  'Which stage is slow now': [
    { stage: 'crm', status: 'silent' },
    { stage: 'clickhouse', status: 'waiting', lag_records: 1, lag_events: 3 },
    { stage: 'profiles', status: 'fine', slow_step: 'clickhouse' },
    { stage: 'web', status: 'fine', delay_seconds: 0 },
  ],
  'Which stage was slow at a time': [
    { stage: 'crm' },
    { stage: 'clickhouse', waiting_seconds: about(30) },
    { stage: 'profiles' },
    { stage: 'web' },
  ],
  'What makes a partition hot': [{ kind: 'fragment', key: cookie, messages: 60, share: 0.6 }],
  'What became of a raw record': [{ correlation_id: 'channel.email:0:0:0', event_id: 'e1' }],
  'Who sent what again, and why': [
    { replayed_by: 'ada', attempt: 2 },
    { replayed_by: 'ada', attempt: 2 },
  ],
}

test('every heading has a query and every expected answer a heading', () => {
  expect(documentedQueries.map(({ title }) => title)).toEqual(
    [...queriesPage.matchAll(/^### (.+)$/gm)].map(([, title]) => title),
  )
  expect(documentedQueries.length).toBeGreaterThan(15)
  const titles = new Set(documentedQueries.map(({ title }) => title))
  expect(Object.keys(answers).filter((title) => !titles.has(title))).toEqual([])
})

test.each(documentedQueries)('$title', async ({ sql, title }) => {
  const rows = await database.clickhouse.query(sql, params)
  expect(rows).not.toEqual([])
  expect(rows).toMatchObject(answers[title] ?? [...rows])
})
