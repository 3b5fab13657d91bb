import { withinPartitions } from '#runtime/clickhouse/within-partitions.ts'
import { type Asking, ask } from '../run/question.ts'
import { within } from '../run/sql-time.ts'
import { countOf, shareOf, type Snapshot, snapshot } from '../store/snapshot.ts'
import type { Earlier } from './earlier.ts'
import { filledOf, type PropertyRead } from './reads.ts'

/** What came in a window, and what became of it. */
interface Arrived {
  readonly place: string
  readonly type: string
  readonly n: string
  readonly machines: string
  readonly with_traits: string
  /** Minutes since 1970 in which something came, ascending. */
  readonly minutes: readonly number[]
  /** Milliseconds. */
  readonly last_at: string
  readonly schemas: readonly number[]
  /** Of each property that is read, events of people in which it was there. */
  readonly filled: readonly string[]
}

/** A source that makes up a type with each event may not fill the tables. */
export const typesPerSourceMax = 50
/** Properties of a type of a source whose null rates are told apart, those of most events first. */
export const nullsMax = 300
const minuteMs = 60_000
/** A record is received once: all its rows are of one partition, those of its letters too. */
const ofWindowAlone = `SETTINGS ${withinPartitions}`

/**
 * Volume, mix, machines, schemas, silences and null rates per source of the events that were received in the window, in one pass; dead letters by reason.
 * @param properties Those whose null rates are counted.
 */
export function* measureStream(
  asOf: number,
  windowMs: number,
  earlier: Earlier,
  properties: readonly PropertyRead[],
): Asking<readonly Snapshot[]> {
  const params = { from: asOf - windowMs, as_of: asOf }
  const arrived = yield* ask<Arrived>(
    `SELECT concat(channel, '/', source) AS place, type, count() AS n, countIf(machine != '') AS machines,
       countIf(traits != '{}' AND traits != '') AS with_traits,
       arraySort(groupUniqArray(toUInt32(intDiv(toUnixTimestamp(received_at), 60)))) AS minutes,
       toUnixTimestamp64Milli(max(received_at)) AS last_at,
       arraySort(groupUniqArray(50)(schema_id)) AS schemas,
       CAST([${properties.map(filledOf).join(', ')}], 'Array(UInt64)') AS filled
     FROM events FINAL WHERE ${within('received_at')}
     GROUP BY place, type ORDER BY place, n DESC, type ${ofWindowAlone}`,
    params,
  )
  const letters = yield* ask<{ name: string; n: string }>(
    `SELECT concat(reason, ' ', if(source = '', topic, source)) AS name, count() AS n FROM dead_letters FINAL
     WHERE ${within('received_at')} GROUP BY name ORDER BY n DESC, name LIMIT ${lettersMax} ${ofWindowAlone}`,
    params,
  )
  const places = new Map<string, Arrived[]>([...earlier.lastAt.keys()].map((place) => [place, []]))
  for (const row of arrived) places.set(row.place, [...(places.get(row.place) ?? []), row])
  const all = arrived.reduce((sum, { n }) => sum + Number(n), 0)
  const refused = letters.reduce((sum, { n }) => sum + Number(n), 0)
  return [
    ...[...places].flatMap(([place, types]) => ofPlace(asOf, windowMs, place, types, earlier)),
    ...nullRates(asOf, arrived, properties),
    ...withNothing(
      new Map(letters.map(({ name, n }) => [name, Number(n)])),
      earlier.letters,
      lettersMax,
    ).map(([name, n]) => shareOf(asOf, { kind: 'dead_letters', name }, n, all + refused)),
  ]
}

/** Reasons and sources of dead letters that are told apart. */
export const lettersMax = 200

function ofPlace(
  asOf: number,
  windowMs: number,
  place: string,
  types: readonly Arrived[],
  { lastAt, types: known }: Earlier,
): readonly Snapshot[] {
  const n = sum(types.map((row) => row.n))
  const stated = types.some((row) => Number(row.with_traits) > 0) ? 'states traits' : ''
  const schemas = [...new Set(types.flatMap((row) => row.schemas))].toSorted((a, b) => a - b)
  return [
    countOf(asOf, { kind: 'volume', name: place }, n, stated),
    ...withNothing(
      new Map(types.map((row) => [row.type, Number(row.n)])),
      known.get(place) ?? [],
      typesPerSourceMax,
    ).map(([type, hits]) => shareOf(asOf, { kind: 'volume', name: `${place} ${type}` }, hits, n)),
    shareOf(asOf, { kind: 'machines', name: place }, sum(types.map((row) => row.machines)), n),
    snapshot(asOf, { kind: 'schema', name: place }, 'set', { counts: schemas, rows: n }),
    freshness(asOf, windowMs, place, types, lastAt.get(place) ?? null),
  ]
}

/** What came, most first, and nothing of what came before and does not any more. */
function withNothing(
  came: ReadonlyMap<string, number>,
  known: readonly string[],
  most: number,
): readonly (readonly [name: string, n: number])[] {
  const gone = known.filter((name) => !came.has(name))
  return [...came, ...gone.map((name) => [name, 0] as const)].slice(0, most)
}

/** Of what people did, how often a property that the file reads of it was not there. */
function nullRates(
  asOf: number,
  arrived: readonly Arrived[],
  properties: readonly PropertyRead[],
): readonly Snapshot[] {
  return arrived
    .flatMap((row) => {
      const people = Number(row.n) - Number(row.machines)
      return properties.flatMap(({ name, types }, index) =>
        types.has(row.type)
          ? [
              {
                name: `${row.place} ${row.type} ${name}`,
                people,
                filled: Number(row.filled[index] ?? 0),
              },
            ]
          : [],
      )
    })
    .toSorted((a, b) => b.people - a.people || (a.name < b.name ? -1 : 1))
    .slice(0, nullsMax)
    .map(({ name, people, filled }) =>
      shareOf(asOf, { kind: 'nulls', name }, people - filled, people),
    )
}

/** The longest silence that is over, and when the source was last heard of, to the minute. */
function freshness(
  asOf: number,
  windowMs: number,
  place: string,
  types: readonly Arrived[],
  before: number | null,
): Snapshot {
  const heard = [...new Set(types.flatMap(({ minutes }) => minutes))]
    .toSorted((a, b) => a - b)
    .map((minute) => minute * minuteMs)
  let longest = 0
  let last = before ?? heard[0] ?? asOf - windowMs
  for (const at of heard) {
    longest = Math.max(longest, at - last)
    last = at
  }
  const lastAt = types.reduce((at, row) => Math.max(at, Number(row.last_at)), before ?? last)
  return snapshot(asOf, { kind: 'freshness', name: place }, 'freshness', {
    counts: [lastAt, longest],
    rows: sum(types.map((row) => row.n)),
  })
}

const sum = (values: readonly string[]): number =>
  values.reduce((total, value) => total + Number(value), 0)
