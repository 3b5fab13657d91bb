import { describe, expect, test } from 'vitest'
import { foldedKinds } from '#runtime/definition/feature-kinds.ts'
import { definitionVersion, epochMs, type ProfileId } from '#runtime/event/ids.ts'
import { featureColumns, traitColumns } from '#schemas/clickhouse/columns.ts'
import { applyEvent } from '../content/apply-event.ts'
import { emptyContent } from '../content/content.ts'
import {
  testDefinition,
  testEvent,
  testFeature,
  testFragmentId,
  testTrait,
} from '../features/testing.ts'
import { eventRow, identifierRow } from './event-row.ts'
import { deletedProfileRow, profileRow } from './profile-row.ts'
import { readProfile } from './read-profile.ts'
import { membershipRow, transitionRow } from './segment-rows.ts'

const day = 86_400_000
const iso = (at: number): string => new Date(at).toISOString()
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const profile = '5f0c2f6e-0000-5000-8000-000000000001' as ProfileId

const definition = testDefinition({
  version: 7,
  features: [
    ...foldedKinds.map((kind) =>
      testFeature(kind, kind === 'decayed_topk' ? { value: () => 1 } : {}),
    ),
    testFeature('sum', { name: 'revenue', currency: 'EUR', maxAgeMs: 10 * day }),
    testFeature('count', { name: 'opens', purpose: 'marketing' }),
  ],
  traits: [testTrait('city'), testTrait('tier', { purpose: 'marketing' })],
  purposes: ['analytics', 'marketing'],
})

function person() {
  const content = emptyContent()
  for (const [at, value, key] of [
    [0, 1.25, 'hats'],
    [30 * day, 2.5, 'shoes'],
  ] as const)
    applyEvent(
      content,
      testEvent({
        occurredAt: epochMs(at),
        properties: { value, key },
        traits: { city: 'Jena', tier: 'gold' },
        consent: { analytics: 'granted', marketing: 'denied' },
      }),
      definition,
    )
  return content
}

describe('a profile row', () => {
  const input = { profile, version: '9', at: epochMs(31 * day), definition, members: ['email:a'] }

  test('has every generated column, decayed values at their reference time, money as decimals', () => {
    const row = profileRow({ ...input, summed: person() })
    expect(row).toMatchObject({
      profile_id: profile,
      version: '9',
      deleted: 0,
      updated_at: iso(31 * day),
      first_seen: iso(0),
      last_seen: iso(30 * day),
      events: 2,
      members: ['email:a'],
      definition: 7,
      consent: { analytics: 'given', marketing: 'denied' },
      trait_provenance: { city: ['segment', 'observed', 'first', iso(30 * day)] },
      f_decayed_count: 1.5,
      f_decayed_count_ref_time: iso(30 * day),
      f_decayed_count_half_life_ms: 30 * day,
      f_decayed_sum: 3.125,
      f_decayed_mean: 3.125 / 1.5,
      f_decayed_topk: [
        ['shoes', 1],
        ['hats', 0.5],
      ],
      f_count: 2,
      f_sum: 3.75,
      f_min: 1.25,
      f_max: 2.5,
      f_first: '1.25',
      f_last: '2.5',
      f_last_seen: iso(30 * day),
      f_revenue: '3.7500',
      f_opens: null,
      t_city: 'Jena',
      t_tier: null,
    })
    const generated = [
      ...definition.features.flatMap(featureColumns),
      ...definition.traits.flatMap(traitColumns),
    ].map(({ name }) => name)
    const own = Object.keys(row).filter((name) => /^[ft]_/.test(name))
    expect(own.toSorted()).toEqual(generated.toSorted())
  })

  test('that takes a profile away has the same columns and nothing of the person', () => {
    const deleted = deletedProfileRow(input)
    expect(Object.keys(deleted)).toEqual(Object.keys(profileRow({ ...input, summed: person() })))
    expect(deleted).toMatchObject({ deleted: 1, members: [], f_decayed_topk: [], t_city: null })
    expect(JSON.stringify(deleted)).not.toMatch(/Jena|shoes|email:a/)
  })
})

test('a profile is read as of a moment: decayed to it, stale past max_age, without what has no consent', () => {
  const reading = readProfile(person(), definition, epochMs(60 * day))
  expect(reading.features).toMatchObject({
    decayed_count: { value: 0.75, value_at_ref: 1.5, ref_time: iso(30 * day), stale: false },
    decayed_topk: {
      value: [
        ['shoes', 0.5],
        ['hats', 0.25],
      ],
    },
    revenue: { value: 3.75, value_at_ref: 3.75, ref_time: iso(30 * day), stale: true },
    last_seen: { value: iso(30 * day) },
    opens: { value: null, value_at_ref: null, ref_time: null, stale: false },
  })
  expect(reading.traits).toEqual({
    city: { value: 'Jena', source: 'segment', kind: 'observed', at: iso(30 * day), stale: false },
  })
  expect(reading.consent).toEqual({ analytics: 'given', marketing: 'denied' })
  const before = readProfile(person(), definition, epochMs(0))
  expect(before.features['decayed_count']).toMatchObject({ value: 1.5 })
})

test('an event row carries the event and its place in the log; unattributed has no fragment', () => {
  const event = testEvent({
    fragment: null,
    identifiers: [{ id: testFragmentId('email:a'), blocked: 'junk' }],
    properties: { total: 1 },
    traits: { city: 'Jena' },
    machine: 'scanner',
  })
  const place = {
    partition: 3,
    version: '12',
    logTime: epochMs(5),
    definition: definitionVersion(7),
  }
  expect(
    eventRow({ event, ...place, origin: 'raw/channel.web/0/1', originOffset: 40, originIndex: 2 }),
  ).toMatchObject({
    fragment_id: '',
    partition: 3,
    version: '12',
    log_time: iso(5),
    identifiers: [{ id: 'email:a', blocked: 'junk' }],
    traits: '{"city":"Jena"}',
    properties: '{"total":1}',
    machine: 'scanner',
    definition: 7,
    origin: 'raw/channel.web/0/1',
    origin_offset: 40,
    origin_index: 2,
  })
})

test('identifiers, memberships and transitions as their tables take them', () => {
  const fragment = testFragmentId('anonymous_id:x')
  expect(
    identifierRow({
      fragment,
      birth: profile,
      assigned: profile,
      at: epochMs(5),
      version: '3',
      deleted: true,
      expiredAt: epochMs(4),
    }),
  ).toEqual({
    fragment_id: 'anonymous_id:x',
    identifier_type: 'anonymous_id',
    birth_profile_id: profile,
    profile_id: profile,
    assigned_at: iso(5),
    version: '3',
    deleted: 1,
    expired_at: iso(4),
  })
  const because = { orders: 3 }
  const membership = {
    member: true,
    enteredAt: epochMs(1),
    exitedAt: null,
    ruleHash: 'r',
    definition: definitionVersion(7),
    because,
  }
  expect(membershipRow(profile, 'loyal', '3', membership, epochMs(9))).toMatchObject({
    member: 1,
    entered_at: iso(1),
    exited_at: null,
    rule_version: 7,
    because: '{"orders":3}',
    next_change_at: iso(9),
  })
  const transition = {
    segment: 'loyal',
    to: 'entered',
    cause: 'timer',
    because,
    ruleHash: 'r',
  } as const
  expect(
    transitionRow(profile, '3', 1, epochMs(9), definitionVersion(7), transition),
  ).toMatchObject({
    seq: 1,
    at: iso(9),
    to: 'entered',
    cause: 'timer',
    rule_hash: 'r',
  })
})
