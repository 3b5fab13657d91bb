import { type Asking, ask } from '../run/question.ts'
import { within } from '../run/sql-time.ts'
import { countOf, shareOf, type Snapshot, snapshot } from '../store/snapshot.ts'

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
}

/** A source that makes up a type with each event may not fill the tables. */
export const typesPerSourceMax = 50
const minuteMs = 60_000

/**
 * Volume, mix, machines, schemas and silences per source of the events that were received in the window; dead letters by reason.
 * @param lastAt Source → when it was last heard of before the window, milliseconds: also sources that said nothing in it.
 */
export function* measureStream(
  asOf: number,
  windowMs: number,
  lastAt: ReadonlyMap<string, number>,
): Asking<readonly Snapshot[]> {
  const params = { from: asOf - windowMs, as_of: asOf }
  const arrived = yield* ask<Arrived>(
    `SELECT concat(channel, '/', source) AS place, type, count() AS n, countIf(machine != '') AS machines,
       countIf(traits != '{}' AND traits != '') AS with_traits,
       arraySort(groupUniqArray(toUInt32(intDiv(toUnixTimestamp(received_at), 60)))) AS minutes,
       toUnixTimestamp64Milli(max(received_at)) AS last_at,
       arraySort(groupUniqArray(50)(schema_id)) AS schemas
     FROM events FINAL WHERE ${within('received_at')}
     GROUP BY place, type ORDER BY place, n DESC, type`,
    params,
  )
  const letters = yield* ask<{ name: string; n: string }>(
    `SELECT concat(reason, ' ', if(source = '', topic, source)) AS name, count() AS n FROM dead_letters FINAL
     WHERE ${within('received_at')} GROUP BY name ORDER BY n DESC, name LIMIT ${lettersMax}`,
    params,
  )
  const places = new Map<string, Arrived[]>([...lastAt.keys()].map((place) => [place, []]))
  for (const row of arrived) places.set(row.place, [...(places.get(row.place) ?? []), row])
  const all = arrived.reduce((sum, { n }) => sum + Number(n), 0)
  const refused = letters.reduce((sum, { n }) => sum + Number(n), 0)
  return [
    ...[...places].flatMap(([place, types]) =>
      ofPlace(asOf, windowMs, place, types, lastAt.get(place) ?? null),
    ),
    ...letters.map(({ name, n }) =>
      shareOf(asOf, { kind: 'dead_letters', name }, Number(n), all + refused),
    ),
  ]
}

/** Reasons and sources of dead letters that are told apart. */
export const lettersMax = 200

function ofPlace(
  asOf: number,
  windowMs: number,
  place: string,
  types: readonly Arrived[],
  before: number | null,
): readonly Snapshot[] {
  const n = sum(types.map((row) => row.n))
  const stated = types.some((row) => Number(row.with_traits) > 0) ? 'states traits' : ''
  const schemas = [...new Set(types.flatMap((row) => row.schemas))].toSorted((a, b) => a - b)
  return [
    countOf(asOf, { kind: 'volume', name: place }, n, stated),
    ...types
      .slice(0, typesPerSourceMax)
      .map(({ type, n: hits }) =>
        shareOf(asOf, { kind: 'volume', name: `${place} ${type}` }, Number(hits), n),
      ),
    shareOf(asOf, { kind: 'machines', name: place }, sum(types.map((row) => row.machines)), n),
    snapshot(asOf, { kind: 'schema', name: place }, 'set', { counts: schemas, rows: n }),
    freshness(asOf, windowMs, place, types, before),
  ]
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
