/** Why a record, or one event of it, is a dead letter. A closed list: dashboards, runbooks and replays select by it. */
export const deadLetterReasons = [
  // decode
  'invalid_record_time',
  'record_too_large',
  'empty_record',
  'invalid_utf8',
  'invalid_json',
  'invalid_avro',
  'unknown_schema',
  'unknown_format',
  // normalise
  'unknown_source',
  'unexpected_shape',
  'too_many_events',
  'missing_field',
  'invalid_field',
  'unsafe_number',
  'normaliser_failed',
  // validate
  'missing_time',
  'invalid_time',
  'invalid_time_zone',
  'epoch_zero_time',
  'wrong_time_unit',
  'ancient_event_time',
  'future_event_time',
  'wrong_time_zone',
  'missing_event_id',
  'event_id_too_long',
  'too_many_identifiers',
  'identifier_too_long',
  'string_too_long',
  'too_deep',
  'event_too_large',
  // import
  'invalid_csv_row',
] as const

export type DeadLetterReason = (typeof deadLetterReasons)[number]

/** Why an event, or a record, is left out on purpose: counted, and kept nowhere. A closed list, too. */
export const dropReasons = ['tombstone', 'no_events', 'erased', 'control'] as const

export type DropReason = (typeof dropReasons)[number]

/** Where in the pipeline a record failed. */
export type DeadLetterStage = 'decode' | 'normalise' | 'validate'
