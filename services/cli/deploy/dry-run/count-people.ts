import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { DefinitionChanges } from '#runtime/definition/deploy/changes.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import type { Progress } from '../../shell/progress-bar.ts'
import type { Definitions } from '../../verify/definitions.ts'
import type { Looked } from './estimate.ts'
import { type TriedPerson, tryPeople } from './read-trials.ts'
import { rememberingIn } from './trial.ts'

/** Of those who were looked at: numbers, not yet what may be told. */
export interface Counts extends Looked {
  /** Whose feature or membership the file would change, by a deploy or a rebuild. */
  readonly concerned: number
  /** Who has counted events that are stored no more. */
  readonly shortened: number
  /** New or changed feature → people who would have a value of it after a rebuild. */
  readonly valued: ReadonlyMap<string, number>
  readonly segments: ReadonlyMap<string, SegmentCounts>
}

export interface SegmentCounts {
  members: number
  deployEntries: number
  deployExits: number
  rebuildEntries: number
  rebuildExits: number
}

/** Their ids travel in the URL, and a proxy may allow no more than 16 KiB of it. */
const peopleAtOnce = 200

export interface CountOptions {
  readonly next: CompiledDefinition
  readonly changes: DefinitionChanges
  readonly definitions: Definitions
  /** So many people are looked at, at most; all of them where there are no more. */
  readonly sample: number
  readonly now: EpochMs
}

/** How many people a file concerns, found by trying it on them. The sample is the same at every look: those with the lowest hashes. */
export async function countPeople(
  clickhouse: Pick<ClickHouse, 'query' | 'stream'>,
  { changes, definitions, next, now, sample }: CountOptions,
  progress: Pick<Progress, 'at'>,
): Promise<Counts> {
  const [row] = await clickhouse.query<{ n: string }>('SELECT count() AS n FROM profiles FINAL')
  const rows = await clickhouse.query<{ profile_id: string }>(
    `SELECT profile_id FROM profiles FINAL ORDER BY cityHash64(profile_id) LIMIT {sample:UInt32}`,
    { sample },
  )
  const ids = rows.map(({ profile_id }) => profile_id)
  const again = new Set(
    changes.features
      .filter(({ effect }) => effect !== 'described' && effect !== 'removed')
      .map(({ name }) => name),
  )
  const rules = {
    next,
    remembering: rememberingIn(next),
    asked: next.features.filter(({ name }) => again.has(name)),
  }
  const tally = createTally()
  for (let from = 0; from < ids.length; from += peopleAtOnce) {
    progress.at(from, ids.length)
    const some = ids.slice(from, from + peopleAtOnce)
    for (const person of await tryPeople(clickhouse, some, rules, definitions, now))
      tally.add(person)
  }
  progress.at(ids.length, ids.length)
  // Who came in between is not in the sample, and those who left are not counted.
  const counted = tally.counts()
  const population = ids.length < sample ? counted.sample : Number(row?.n ?? 0)
  return { ...counted, population: Math.max(counted.sample, population) }
}

interface Tally {
  add(person: TriedPerson): void
  counts(): Omit<Counts, 'population'>
}

export function createTally(): Tally {
  let [sample, concerned, shortened] = [0, 0, 0]
  const valued = new Map<string, number>()
  const segments = new Map<string, SegmentCounts>()
  const of = (name: string): SegmentCounts => {
    const known = segments.get(name)
    if (known !== undefined) return known
    const fresh = {
      members: 0,
      deployEntries: 0,
      deployExits: 0,
      rebuildEntries: 0,
      rebuildExits: 0,
    }
    segments.set(name, fresh)
    return fresh
  }
  return {
    add({ deploy, eventsGone, members, rebuild, valued: features }) {
      sample += 1
      if (eventsGone > 0) shortened += 1
      const moves = [deploy, rebuild].flatMap(({ entries, exits }) => [...entries, ...exits])
      if (moves.length > 0 || features.length > 0) concerned += 1
      for (const name of features) valued.set(name, (valued.get(name) ?? 0) + 1)
      for (const name of members) of(name).members += 1
      for (const name of deploy.entries) of(name).deployEntries += 1
      for (const name of deploy.exits) of(name).deployExits += 1
      for (const name of rebuild.entries) of(name).rebuildEntries += 1
      for (const name of rebuild.exits) of(name).rebuildExits += 1
    },
    counts: () => ({ sample, concerned, shortened, valued, segments }),
  }
}
