import type { DeadLetterReason, DropReason } from './reasons.ts'

/** What each reason says, and what mends it: `docs/dead-letter-reasons.md` is made of it. */
export const reasonMeanings: Readonly<
  Record<DeadLetterReason, readonly [what: string, mend: string]>
> = {
  invalid_record_time: [
    'The record’s own timestamp lies before 1970 or beyond 2099; the letter has the time at which it was read.',
    'Set `message.timestamp.type=LogAppendTime` on the topic, then replay.',
  ],
  record_too_large: ['More bytes than a record may have.', 'Send smaller batches.'],
  empty_record: ['A record without bytes.', 'Mend the producer.'],
  invalid_utf8: ['The bytes are not UTF-8.', 'Mend the producer’s encoding, then replay.'],
  invalid_json: ['The bytes are no JSON.', 'Mend the producer, or the `format` of the source.'],
  invalid_avro: ['The bytes do not fit their schema.', 'Mend the producer.'],
  unknown_schema: [
    'The registry does not know the schema’s id, or knows no Avro schema by it: the detail says which.',
    'Register it, then replay; JSON schemas and Protobuf are not read.',
  ],
  unknown_format: [
    'No Avro in the wire format of the registry.',
    "Mend the `format` of the source, or the producer. A schema id in a header (Confluent's `__value_schema_id`) is not read: let the producer write it before the record (`PrefixSchemaIdSerializer`).",
  ],
  unknown_source: [
    'No source of the pipeline file reads the topic, or none is called as the record’s header says.',
    'Add the source, then replay.',
  ],
  unexpected_shape: ['The record is no object, or not the vendor’s.', 'Look at the producer.'],
  too_many_events: ['More events than one record may hold.', 'Send smaller batches.'],
  missing_field: ['A field that must be there is not.', 'Look at the producer, or at the map.'],
  invalid_field: ['A field has no value that it may have.', 'Look at the producer, or at the map.'],
  unsafe_number: [
    'An id is a number beyond 2^53 and has lost digits, so that it may be somebody else’s.',
    'Send ids as text.',
  ],
  normaliser_failed: ['The normaliser has a bug.', 'Report it, and replay when it is mended.'],
  missing_time: ['The event has no time.', 'Look at the producer, or at the map.'],
  invalid_time: [
    'No time of its format: a day that does not exist, 24:00:01, a year of two or five digits.',
    'Mend the producer, or the map’s `format`.',
  ],
  invalid_time_zone: [
    'An offset that no clock has (`+25:00`), or the name of no zone (`XYZ`).',
    'Mend the producer.',
  ],
  epoch_zero_time: ['The time is 0: nobody set it.', 'Mend the producer.'],
  wrong_time_unit: [
    'The time is credible only in another unit: seconds, milliseconds, microseconds, nanoseconds.',
    'Mend the map’s `format`, or the producer.',
  ],
  ancient_event_time: [
    'Before 1990, where the zero dates of spreadsheets, FAT, GPS and Unix lie.',
    'Mend the producer.',
  ],
  future_event_time: [
    'More than 5 minutes after the record came, by a time that states its offset or is a number.',
    'Set the clock of the producer.',
  ],
  wrong_time_zone: [
    'Up to 14 hours after the record came, by a clock that states no offset: it was read in the wrong zone.',
    'Set `time_zone` of the source, or `zone` in its map, then replay.',
  ],
  missing_event_id: [
    'No id, from a source that states that its events carry ids.',
    'Look at the producer, or allow `event_ids.content_hash`.',
  ],
  event_id_too_long: ['An event id longer than 512.', 'Look at the producer.'],
  too_many_identifiers: [
    'More than 32 identifiers: an export gone wrong.',
    'Look at the producer.',
  ],
  identifier_too_long: ['An identifier longer than 1024.', 'Look at the producer.'],
  string_too_long: ['A text, or a name, longer than it may be.', 'Look at the producer.'],
  too_deep: ['Properties nested deeper than 16.', 'Look at the producer.'],
  event_too_large: ['More values, names or text than one event may have.', 'Look at the producer.'],
  invalid_csv_row: [
    'A row that does not fit its columns.',
    'Mend the file, or the map’s `columns`.',
  ],
}

/** What is left out on purpose, for the same page. */
export const dropMeanings: Readonly<Record<DropReason, string>> = {
  tombstone: 'A record, or an event, without a value: a word to the broker’s compaction.',
  no_events:
    'A record that can be read and holds no event: an empty list or batch, a table without rows.',
  erased: 'An event of somebody who was erased after it was received.',
  control:
    'The vendor’s word to the receiver itself, which speaks of nobody: the confirmation of a subscription, a heartbeat, a transaction’s begin and end.',
}

export const dropTable = (): string =>
  [
    '| Reason | What it says |',
    '|---|---|',
    ...Object.entries(dropMeanings).map(([reason, what]) => `| \`${reason}\` | ${what} |`),
  ].join('\n')

export const reasonTable = (): string =>
  [
    '| Reason | What it says | What mends it |',
    '|---|---|---|',
    ...Object.entries(reasonMeanings).map(
      ([reason, [what, mend]]) => `| \`${reason}\` | ${what} | ${mend} |`,
    ),
  ].join('\n')
