/** Every limit of the channel pipeline, each with its reason. Beyond one, a record or an event is a dead letter. */
export interface ChannelLimits {
  /** Bytes of one raw record. Kafka's own default is the same, so larger ones are someone's mistake. */
  readonly recordBytesMax: number
  /** Events in one record. The largest vendor batch (Segment, 500 kB) holds some 2,500. */
  readonly eventsPerRecordMax: number
  /** Identifiers of one event. A person has a handful; hundreds are an export gone wrong. */
  readonly identifiersPerEventMax: number
  /** UTF-16 units of one identifier, before and after normalisation (an e-mail address has at most 254). */
  readonly identifierLengthMax: number
  /** UTF-16 units of the source's own event id. */
  readonly eventIdLengthMax: number
  /** UTF-16 units of one trait or property. */
  readonly stringLengthMax: number
  /** Nesting of properties. Parsers and stores behind us recurse. */
  readonly depthMax: number
  /** Values (scalars, lists, objects) in one event: one event may not fill a frame of 700 KiB. */
  readonly valuesPerEventMax: number
  /** UTF-16 units of all texts of an event's properties, and again of its traits, together. */
  readonly textPerEventMax: number
  /** Bytes as JSON in UTF-8 of what an event carries into `profile.log`: a letter may take six, and one message must fit a frame of 700 KiB. */
  readonly eventBytesMax: number
  /** UTF-16 units of the name of a property, a trait or a purpose. */
  readonly nameLengthMax: number
  /** Traits, and purposes, of one event. */
  readonly namesPerEventMax: number
  /** Milliseconds that an event may lie after its `receivedAt`. */
  readonly futureToleranceMs: number
  /** Oldest credible event. Zero dates of spreadsheets, FAT, GPS and Unix all lie before 1990. */
  readonly oldestEventMs: number
}

export const defaultLimits: ChannelLimits = {
  recordBytesMax: 2 ** 20,
  eventsPerRecordMax: 10_000,
  identifiersPerEventMax: 32,
  identifierLengthMax: 1024,
  eventIdLengthMax: 512,
  stringLengthMax: 16_384,
  depthMax: 16,
  valuesPerEventMax: 2000,
  textPerEventMax: 65_536,
  eventBytesMax: 512 * 1024,
  nameLengthMax: 256,
  namesPerEventMax: 500,
  futureToleranceMs: 5 * 60_000,
  oldestEventMs: 631_152_000_000,
}
