import { quoteText } from '#runtime/clickhouse/quote.ts'
import { withinPartitions } from '#runtime/clickhouse/within-partitions.ts'
import { type Asking, ask } from '../run/question.ts'
import { spilling } from '../run/spilling.ts'
import { within } from '../run/sql-time.ts'
import { countOf, shareOf, type Snapshot, snapshot } from '../store/snapshot.ts'
import { type Earlier, lettersMax, typesPerSourceMax } from './earlier.ts'
import { filledOf, type PropertyRead } from './reads.ts'

/** What came of a source in a window, and what became of it. */
interface Arrived {
  readonly place: string
  readonly n: string
  readonly machines: string
  readonly with_traits: string
  /** Minutes since 1970 in which something came, ascending. */
  readonly minutes: readonly number[]
  /** Milliseconds. */
  readonly last_at: string
  readonly schemas: readonly number[]
  /** Those that are told apart, most frequent first, then those of which a property is read. */
  readonly types: readonly ArrivedType[]
}

interface ArrivedType {
  readonly type: string
  readonly n: string
  readonly machines: string
  /** Of each property that is read, events of people in which it was there. */
  readonly filled: readonly string[]
}

/** Properties of a type of a source whose null rates are told apart, those of most events first. */
export const nullsMax = 300
const minuteMs = 60_000
/** Schemas that are told apart: of each type, and of a source. */
const [schemasPerType, schemasPerSource] = [50, 2000]
/** A record is received once: all its rows are of one partition, those of its letters too. */
const ofWindowAlone = `SETTINGS ${withinPartitions}, ${spilling}`

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
    `SELECT place, sum(type_n) AS n, sum(type_machines) AS machines, sum(type_traits) AS with_traits, arraySort(groupUniqArrayArray(type_minutes)) AS minutes,
       toUnixTimestamp64Milli(max(type_last)) AS last_at, arraySort(groupUniqArrayArray(${schemasPerSource})(type_schemas)) AS schemas,
       CAST(arrayConcat(groupArraySorted(${typesPerSourceMax})(told), groupArrayIf(told, type IN (${typesRead(properties)}))),
         'Array(Tuple(rank Int64, type String, n UInt64, machines UInt64, filled Array(UInt64)))') AS types
     FROM (
       SELECT concat(channel, '/', source) AS place, type, count() AS type_n, countIf(machine != '') AS type_machines,
         countIf(traits != '{}' AND traits != '') AS type_traits,
         groupUniqArray(toUInt32(intDiv(toUnixTimestamp(received_at), 60))) AS type_minutes, max(received_at) AS type_last,
         groupUniqArray(${schemasPerType})(schema_id) AS type_schemas,
         (-toInt64(type_n), type, type_n, type_machines, CAST([${properties.map(filledOf).join(', ')}], 'Array(UInt64)')) AS told
       FROM events FINAL WHERE ${within('received_at')}
       GROUP BY place, type
     )
     GROUP BY place ORDER BY place ${ofWindowAlone}`,
    params,
  )
  const letters = yield* ask<{ name: string; n: string }>(
    `SELECT concat(reason, ' ', if(source = '', topic, source)) AS name, count() AS n FROM dead_letters FINAL
     WHERE ${within('received_at')} GROUP BY name ORDER BY n DESC, name LIMIT ${lettersMax} ${ofWindowAlone}`,
    params,
  )
  const silent = [...earlier.lastAt.keys()].filter((known) =>
    arrived.every(({ place }) => place !== known),
  )
  const all = arrived.reduce((sum, { n }) => sum + Number(n), 0)
  const refused = letters.reduce((sum, { n }) => sum + Number(n), 0)
  return [
    ...[...arrived, ...silent.map(nothingOf)].flatMap((row) =>
      ofPlace(asOf, windowMs, row, earlier),
    ),
    ...nullRates(asOf, arrived, properties),
    ...withNothing(
      new Map(letters.map(({ name, n }) => [name, Number(n)])),
      earlier.letters,
      lettersMax,
    ).map(([name, n]) => shareOf(asOf, { kind: 'dead_letters', name }, n, all + refused)),
  ]
}

const nothingOf = (place: string): Arrived => ({
  place,
  n: '0',
  machines: '0',
  with_traits: '0',
  minutes: [],
  last_at: '0',
  schemas: [],
  types: [],
})

/** SQL: types of which a property is read. */
const typesRead = (properties: readonly PropertyRead[]): string =>
  ['', ...new Set(properties.flatMap(({ types }) => [...types]))].map(quoteText).join(', ')

function ofPlace(
  asOf: number,
  windowMs: number,
  row: Arrived,
  { lastAt, types: known }: Earlier,
): readonly Snapshot[] {
  const { place, schemas, types } = row
  const n = Number(row.n)
  const stated = Number(row.with_traits) > 0 ? 'states traits' : ''
  return [
    countOf(asOf, { kind: 'volume', name: place }, n, stated),
    ...withNothing(
      new Map(types.map((one) => [one.type, Number(one.n)])),
      known.get(place) ?? [],
      typesPerSourceMax,
    ).map(([type, hits]) => shareOf(asOf, { kind: 'volume', name: `${place} ${type}` }, hits, n)),
    shareOf(asOf, { kind: 'machines', name: place }, Number(row.machines), n),
    snapshot(asOf, { kind: 'schema', name: place }, 'set', { counts: schemas, rows: n }),
    freshness(asOf, windowMs, row, lastAt.get(place) ?? null),
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
    .flatMap(({ place, types: told }) =>
      // Those of which something is read may be among the most frequent ones, too.
      [...new Map(told.map((one) => [one.type, { place, ...one }])).values()],
    )
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
  { last_at: lastOf, minutes, n, place }: Arrived,
  before: number | null,
): Snapshot {
  const heard = minutes.map((minute) => minute * minuteMs)
  let longest = 0
  let last = before ?? heard[0] ?? asOf - windowMs
  for (const at of heard) {
    longest = Math.max(longest, at - last)
    last = at
  }
  const lastAt = Math.max(Number(lastOf), before ?? last)
  return snapshot(asOf, { kind: 'freshness', name: place }, 'freshness', {
    counts: [lastAt, longest],
    rows: Number(n),
  })
}
