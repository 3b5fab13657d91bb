import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import type { Erasure } from '../erasures.ts'

/** Until when rows tell of the life that was erased. All times are log times, UTC milliseconds. */
export interface ErasedLife extends Erasure {
  /** In what its own home writes: before the first event of a new life. */
  readonly ownUntil: number
  /** In what other partitions wrote of it: before whoever names it again can have heard of it. */
  readonly namedUntil: number
  /** Version of its last closing row in `profile_identifiers`; '0': there is none. */
  readonly closedAt: string
}

/**
 * Profiles close a moment after the home's word is in the log, and clocks of two brokers differ a little. A new life that has begun by then
 * bounds the time itself.
 */
const marginMs = 5000

/** Longest list of names in one statement: they travel in a URL. */
export const namesAtOnce = 40

/** Where the erased life ends in each kind of row. */
export async function erasedLives(
  clickhouse: ClickHouse,
  erasures: readonly Erasure[],
): Promise<readonly ErasedLife[]> {
  const params = {
    f: erasures.map(({ fragment }) => fragment),
    e: erasures.map(({ erasedAt }) => erasedAt),
  }
  // Its own events, and links of others' events that name it.
  const begun = await clickhouse.query<{ readonly id: FragmentId; readonly at: string }>(
    `SELECT id, min(began) AS at FROM (
       SELECT fragment_id AS id, toUnixTimestamp64Milli(log_time) AS began, toUnixTimestamp64Milli(received_at) AS received
       FROM events WHERE fragment_id IN {f:Array(String)}
       UNION ALL
       SELECT arrayJoin(identifiers) AS id, toUnixTimestamp64Milli(at) AS began, toUnixTimestamp64Milli(received_at) AS received
       FROM identity_links WHERE kind = 'link' AND hasAny(identifiers, {f:Array(String)})
     )
     WHERE has({f:Array(String)}, id) AND received > {e:Array(Int64)}[indexOf({f:Array(String)}, id)]
     GROUP BY id`,
    params,
  )
  const closed = await clickhouse.query<{ readonly id: FragmentId; readonly version: string }>(
    `SELECT fragment_id AS id, max(version) AS version FROM profile_identifiers
     WHERE fragment_id IN {f:Array(String)} AND deleted = 1 GROUP BY id`,
    params,
  )
  const newLives = new Map(begun.map(({ id, at }) => [id, Number(at)]))
  const closings = new Map(closed.map(({ id, version }) => [id, version]))
  // Profiles of one person close one after the other.
  const settled = new Map<string, number>()
  for (const { commandId, settledAt } of erasures)
    settled.set(commandId, Math.max(settledAt, settled.get(commandId) ?? 0))
  return erasures.map((erasure) => {
    const { commandId, erasedAt, fragment, settledAt } = erasure
    const begins = newLives.get(fragment) ?? Number.MAX_SAFE_INTEGER
    const calmAt = (settled.get(commandId) ?? settledAt) + marginMs
    return {
      ...erasure,
      ownUntil: Math.max(erasedAt, Math.min(calmAt, begins - 1)),
      namedUntil: begins > calmAt ? calmAt : settledAt,
      closedAt: closings.get(fragment) ?? '0',
    }
  })
}

const forEver = epochMs(Number.MAX_SAFE_INTEGER)

/** All that was ever stored, for a look at what an erasure would find. */
export const wholeLives = (fragments: readonly FragmentId[]): readonly ErasedLife[] =>
  fragments.map((fragment) => ({
    fragment,
    profile: birthProfileId(fragment),
    erasedAt: forEver,
    settledAt: forEver,
    commandId: '',
    ownUntil: forEver,
    namedUntil: forEver,
    closedAt: String(2n ** 64n - 1n),
  }))

/** The lists that the statements of a sweep read, all in one order. */
export const paramsOf = (lives: readonly ErasedLife[]): Readonly<Record<string, unknown>> => ({
  f: lives.map(({ fragment }) => fragment),
  p: lives.map(({ profile }) => profile),
  e: lives.map(({ erasedAt }) => erasedAt),
  o: lives.map(({ ownUntil }) => ownUntil),
  n: lives.map(({ namedUntil }) => namedUntil),
  c: lives.map(({ closedAt }) => BigInt(closedAt)),
})
