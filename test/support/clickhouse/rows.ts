import type {
  ConsentHistoryRow,
  DeadLetterReplayRow,
  DeadLetterRow,
  EventRow,
  IdentityDecisionRow,
  IdentityLinkRow,
  PipelineHealthRow,
  ProfileIdentifierRow,
  ProfileRow,
  SegmentMembershipRow,
  SegmentTransitionRow,
} from '#schemas/clickhouse/rows.ts'

/** A profile id made from a small number, so that tests can name people. */
export const profileId = (n: number): string =>
  `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`

const noon = '2026-03-01T12:00:00.000Z'

export const eventRow = (row: Partial<EventRow> = {}): EventRow => ({
  fragment_id: 'email:aaaaaaaaaaaaaaaaaaaaaa',
  partition: 0,
  version: '1',
  event_id: 'e1',
  event_key: 'k1',
  channel: 'email',
  source: 'sendgrid',
  type: 'email_opened',
  occurred_at: noon,
  received_at: noon,
  log_time: noon,
  identifiers: [{ id: 'email:aaaaaaaaaaaaaaaaaaaaaa', blocked: '' }],
  traits: '{}',
  trait_kind: 'observed',
  party: 'first',
  consent: {},
  machine: '',
  schema_id: null,
  unknown_type: 0,
  flags: [],
  properties: '{}',
  definition: 0,
  origin: 'raw/channel.email/0/0',
  origin_offset: 0,
  origin_index: 0,
  ...row,
})

export const profileIdentifierRow = (
  row: Partial<ProfileIdentifierRow> = {},
): ProfileIdentifierRow => ({
  fragment_id: 'email:aaaaaaaaaaaaaaaaaaaaaa',
  identifier_type: 'email',
  birth_profile_id: profileId(1),
  profile_id: profileId(1),
  assigned_at: noon,
  version: '1',
  deleted: 0,
  expired_at: '1970-01-01T00:00:00.000Z',
  ...row,
})

export const profileRow = (row: Partial<ProfileRow> = {}): ProfileRow => ({
  profile_id: profileId(1),
  version: '1',
  deleted: 0,
  updated_at: noon,
  first_seen: noon,
  last_seen: noon,
  events: 1,
  members: ['email:aaaaaaaaaaaaaaaaaaaaaa'],
  definition: 0,
  consent: {},
  trait_provenance: {},
  ...row,
})

export const segmentMembershipRow = (
  row: Partial<SegmentMembershipRow> = {},
): SegmentMembershipRow => ({
  profile_id: profileId(1),
  segment: 'engaged',
  version: '1',
  member: 1,
  entered_at: noon,
  exited_at: null,
  rule_version: 0,
  rule_hash: 'r1',
  because: '{"email_engagement":2.5}',
  next_change_at: null,
  ...row,
})

export const segmentTransitionRow = (
  row: Partial<SegmentTransitionRow> = {},
): SegmentTransitionRow => ({
  profile_id: profileId(1),
  segment: 'engaged',
  version: '1',
  seq: 0,
  at: noon,
  to: 'entered',
  cause: 'event',
  rule_version: 0,
  rule_hash: 'r1',
  because: '{"email_engagement":2.5}',
  ...row,
})

export const consentHistoryRow = (row: Partial<ConsentHistoryRow> = {}): ConsentHistoryRow => ({
  fragment_id: 'email:aaaaaaaaaaaaaaaaaaaaaa',
  purpose: 'marketing',
  version: '1',
  state: 'granted',
  declared_at: noon,
  received_at: noon,
  source: 'segment',
  event_id: 'e1',
  event_key: 'k1',
  ...row,
})

export const identityLinkRow = (row: Partial<IdentityLinkRow> = {}): IdentityLinkRow => ({
  offset: 1,
  version: '65536',
  deleted: 0,
  link_id: 'l1',
  kind: 'link',
  fate: 'merge',
  at: Date.parse(noon),
  clock: Date.parse(noon),
  policy: 0,
  identifiers: ['email:aaaaaaaaaaaaaaaaaaaaaa', 'user_id:aaaaaaaaaaaaaaaaaaaaaa'],
  blocked: ['', ''],
  event_id: 'e1',
  event_key: 'k1',
  source: 'segment',
  event_type: 'identified',
  occurred_at: Date.parse(noon),
  received_at: Date.parse(noon),
  reason: '',
  ...row,
})

export const identityDecisionRow = (
  row: Partial<IdentityDecisionRow> = {},
): IdentityDecisionRow => ({
  decision_id: 'd1',
  version: '1',
  at: noon,
  rule: 'link',
  outcome: 'merge',
  link_id: 'l1',
  evidence: ['e1'],
  source: 'sendgrid',
  identifiers: ['email:aaaaaaaaaaaaaaaaaaaaaa', 'anonymous_id:bbbbbbbbbbbbbbbbbbbbbb'],
  demoted: [],
  before: [profileId(1), profileId(2)],
  after: [profileId(1)],
  ...row,
})

export const deadLetterRow = (row: Partial<DeadLetterRow> = {}): DeadLetterRow => ({
  topic: 'channel.email',
  partition: 0,
  offset: 0,
  index: -1,
  version: '1',
  stage: 'decode',
  reason: 'invalid_json',
  detail: 'unexpected end of input',
  source: 'sendgrid',
  schema_id: null,
  received_at: noon,
  failed_at: noon,
  attempt: 1,
  first_failed_at: noon,
  history: [],
  payload: 'k1:AAAA',
  headers: {},
  ...row,
})

export const deadLetterReplayRow = (
  row: Partial<DeadLetterReplayRow> = {},
): DeadLetterReplayRow => ({
  topic: 'channel.email',
  partition: 0,
  offset: 0,
  received_at: noon,
  attempt: 2,
  version: '1',
  indexes: [-1],
  replay_topic: 'channel.email.replay',
  replayed_at: noon,
  replayed_by: 'ada',
  note: '',
  ...row,
})

export const pipelineHealthRow = (row: Partial<PipelineHealthRow> = {}): PipelineHealthRow => ({
  component: 'profiles',
  partition: 0,
  name: 'events_applied',
  value: 1,
  at: noon,
  version: '1',
  ...row,
})
