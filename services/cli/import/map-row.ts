import type { RejectedRow } from '#runtime/channel/core/envelope/import-row.ts'
import { compileMap } from '#runtime/channel/core/map/compile-map.ts'
import { mapped } from '#runtime/channel/core/map/mapped.ts'
import type { CountryCode } from '#runtime/channel/core/identifiers/phone.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import type { SourceMap } from '#runtime/definition/map-schema.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import type { CanonicalEvent, JsonObject } from '#runtime/event/event.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { FileRow } from './read-rows.ts'

export type MappedRow =
  | { readonly ok: true; readonly record: JsonObject }
  | { readonly ok: false; readonly record: RejectedRow }

/** A row in the form of our own envelope, as the channel reads it from its import topic. */
const toEnvelope = (event: CanonicalEvent): JsonObject => ({
  event_id: event.eventId,
  source: event.source,
  type: event.type,
  occurred_at: toIso(event.occurredAt),
  identifiers: event.identifiers.map(({ type, value }) => ({ type, value })),
  traits: event.traits,
  consent: event.consent,
  properties: event.properties,
})

export interface RowMapper {
  map(row: FileRow, now: EpochMs): MappedRow
  /** Of a row that no record can hold: without its cells. */
  tooLarge(row: FileRow, detail: string): MappedRow & { readonly ok: false }
}

/**
 * Applies a map with the rules that the channel will apply again, so that what is wrong is told with its line before it is sent.
 * An event id is the map's, else (file hash, line): equal rows are different events, and a repeated import is the same ones.
 */
export function createRowMapper(options: {
  readonly channel: Channel
  readonly map: SourceMap
  readonly fileHash: string
  readonly region: CountryCode | null
}): RowMapper {
  const { channel, map, fileHash } = options
  const compiled = compileMap(map)
  const types = [...new Set(map.identifiers.map(({ type }) => type))]
  const normaliser = createNormaliser({
    vendors: [mapped],
    definition: { identity: identitySchema.parse({ priority: types }) },
  })
  let idOfRow = ''
  const source = {
    ...plainSource(channel, 'mapped', map.source ?? 'import'),
    region: options.region,
    map: {
      split: (record: unknown) => compiled.split(record),
      draft: (entry: unknown, context: Parameters<typeof compiled.draft>[1]) => {
        const draft = compiled.draft(entry, context)
        return 'reject' in draft ? draft : { ...draft, eventId: draft.eventId ?? idOfRow }
      },
    },
  }
  const idOf = (row: Pick<FileRow, 'line'>): string => `${fileHash.slice(0, 32)}/${row.line}`
  const rejected = (
    row: Pick<FileRow, 'line' | 'fields'>,
    reason: RejectedRow['rejected']['reason'],
    detail: string,
  ): MappedRow & { readonly ok: false } => ({
    ok: false,
    record: { event_id: idOf(row), rejected: { reason, detail, line: row.line }, row: row.fields },
  })
  return {
    tooLarge: ({ line }, detail) => rejected({ line, fields: null }, 'event_too_large', detail),
    map(row, now) {
      idOfRow = idOf(row)
      if (row.problem !== '') return rejected(row, 'invalid_csv_row', row.problem)
      const [outcome] = normaliser.normalise(row.fields, source, now)
      if (outcome?.outcome === 'ok') return { ok: true, record: toEnvelope(outcome.event) }
      return outcome?.outcome === 'dead_letter'
        ? rejected(row, outcome.reason, outcome.detail)
        : rejected(row, 'invalid_csv_row', 'the row holds no event')
    },
  }
}
