import type { PipelineDefinition } from '#runtime/definition/schema.ts'
import { channelSources, readsTopic } from '#runtime/channel/core/settings.ts'
import { channels } from '#runtime/event/vocabulary.ts'
import type { SchemaSeen, SourceQuality } from './quality-view.ts'
import type { Place, QualityRows } from './read-quality.ts'

/** Which versions of which subjects a schema id stands for; undefined: the registry did not say. */
export type NameSchema = (id: number) => { subject: string; version: number } | undefined

const keyOf = (channel: string | null, source: string): string => `${channel ?? '?'}/${source}`
const at = ({ channel, source }: Place): string => keyOf(channel, source)

type Counts = Readonly<Record<string, number>>

function countsOf(
  rows: readonly (Place & { readonly name: string; readonly n: string })[],
  place: string,
): Counts {
  return Object.fromEntries(
    rows.filter((row) => at(row) === place).map(({ name, n }) => [name, Number(n)]),
  )
}

const sharesOf = (counts: Counts, all: number): Counts =>
  Object.fromEntries(Object.entries(counts).map(([name, n]) => [name, n / all]))

const sum = (counts: Counts): number => Object.values(counts).reduce((a, b) => a + b, 0)
const share = (part: number, all: number): number | null => (all === 0 ? null : part / all)

/** Of each field, how many events lack it, among the types of events in which it occurs at all. */
function nullRates({ fields, types }: QualityRows, place: string): Counts {
  const ofType = new Map(
    types.filter((row) => at(row) === place).map(({ type, n }) => [type, Number(n)]),
  )
  const seen = new Map<string, { there: number; all: number }>()
  for (const row of fields) {
    if (at(row) !== place) continue
    const known = seen.get(row.name) ?? { there: 0, all: 0 }
    seen.set(row.name, {
      there: known.there + Number(row.n),
      all: known.all + (ofType.get(row.type) ?? 0),
    })
  }
  return Object.fromEntries(
    [...seen].map(([name, { there, all }]) => [name, all === 0 ? 0 : 1 - there / all]),
  )
}

/** A letter knows its topic: the channel is that of the events of the same topic, of the file, or of the topic's own name. */
function channelOfTopic(
  rows: QualityRows,
  definition: PipelineDefinition | null,
): (topic: string) => string | null {
  const known = new Map(
    rows.volumes.flatMap(({ channel, topics }) =>
      topics.map((topic): [string, string] => [topic, channel]),
    ),
  )
  return (topic) => {
    const seen = known.get(topic)
    if (seen !== undefined) return seen
    const named = channels.find(
      (channel) =>
        definition !== null &&
        channelSources(definition, channel).some((source) => readsTopic(source, topic)),
    )
    return named ?? /(?:^|\.)channel\.(email|web|crm)(?:\.|$)/.exec(topic)?.[1] ?? null
  }
}

function lettersByPlace(
  rows: QualityRows,
  definition: PipelineDefinition | null,
): Map<string, { channel: string | null; source: string; reasons: Record<string, number> }> {
  const channelOf = channelOfTopic(rows, definition)
  const byPlace = new Map<
    string,
    { channel: string | null; source: string; reasons: Record<string, number> }
  >()
  for (const { topic, source: named, reason, n } of rows.letters) {
    const channel = channelOf(topic)
    const source = named === '' ? 'unknown' : named
    const key = keyOf(channel, source)
    const known = byPlace.get(key) ?? { channel, source, reasons: {} }
    known.reasons[reason] = (known.reasons[reason] ?? 0) + Number(n)
    byPlace.set(key, known)
  }
  return byPlace
}

function schemasOf(rows: QualityRows, place: string, nameSchema: NameSchema): SchemaSeen[] {
  return rows.schemas
    .filter((row) => at(row) === place)
    .map(({ schema_id: id, events, first_seen_at, last_seen_at }) => {
      const named = nameSchema(id)
      return {
        id,
        subject: named?.subject ?? null,
        version: named?.version ?? null,
        events: Number(events),
        first_seen_at,
        last_seen_at,
      }
    })
}

/** Every source that was heard of, and with a pipeline file those too that were silent; by channel, then name. */
export function assessSources(
  rows: QualityRows,
  definition: PipelineDefinition | null,
  nameSchema: NameSchema,
  now: Date,
): readonly SourceQuality[] {
  const letters = lettersByPlace(rows, definition)
  const volumes = new Map(rows.volumes.map((row) => [at(row), row]))
  const places = new Map<string, { channel: string | null; source: string }>()
  for (const { channel, source } of rows.volumes)
    places.set(keyOf(channel, source), { channel, source })
  for (const [key, { channel, source }] of letters) places.set(key, { channel, source })
  for (const channel of definition === null ? [] : channels)
    for (const { settings } of definition === null ? [] : channelSources(definition, channel))
      if (settings.vendor !== 'detect')
        places.set(keyOf(channel, settings.name), { channel, source: settings.name })

  const assess = (key: string, channel: string | null, source: string): SourceQuality => {
    const volume = volumes.get(key)
    const events = Number(volume?.events ?? 0)
    const byReason = letters.get(key)?.reasons ?? {}
    const deadLetters = sum(byReason)
    const byMachine = countsOf(rows.machines, key)
    const newest = volume?.newest_received_at ?? null
    return {
      channel,
      source,
      events,
      dead_letters: deadLetters,
      dead_letter_share: share(deadLetters, events + deadLetters),
      by_reason: byReason,
      unattributed_share: share(Number(volume?.unattributed ?? 0), events),
      machine_share: share(sum(byMachine), events),
      by_machine: byMachine,
      unknown_types: countsOf(rows.unknownTypes, key),
      flags: countsOf(rows.flags, key),
      identifiers: events === 0 ? {} : sharesOf(countsOf(rows.identifiers, key), events),
      blocked: countsOf(rows.blocked, key),
      null_rates: nullRates(rows, key),
      freshness: {
        newest_received_at: newest,
        newest_occurred_at: volume?.newest_occurred_at ?? null,
        age_seconds: newest === null ? null : (now.getTime() - Date.parse(newest)) / 1000,
        delay_seconds:
          volume === undefined ? null : { p50: volume.delays[0], p99: volume.delays[1] },
      },
      schemas: schemasOf(rows, key, nameSchema),
    }
  }
  return [...places]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { channel, source }]) => assess(key, channel, source))
}
