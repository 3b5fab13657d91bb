/* oxlint-disable typescript/no-unsafe-type-assertion -- a table has rows of one kind; what went through JSON has its type still */
import { tableKeys } from '#schemas/clickhouse/keys.ts'
import type { TableName, TableRows } from '#schemas/clickhouse/rows.ts'
import type { FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import type { Frame } from '#runtime/log/messages.ts'
import { birthProfileId, partitionOfProfile } from '#runtime/pseudonym/pseudonym.ts'
import type { TestEvent } from '../support/fold/events.ts'
import type { Random } from './random.ts'

/** Ways to break the protocol on purpose: the model must find each. */
export type Mutant =
  | 'reordered sends'
  | 'positions without the index'
  | 'no marks'
  | 'early commit'
  | 'dropped Member'
  | 'state before effects'

export interface RawRecord {
  readonly at: number
  readonly events: readonly TestEvent[]
}

export interface World {
  readonly random: Random
  readonly mutant: Mutant | null
  readonly partitions: number
  readonly identifiers: readonly FragmentId[]
  now: number
  readonly raw: RawRecord[][]
  readonly log: { readonly at: number; readonly frame: Frame }[][]
  readonly links: { readonly key: string; readonly record: LinksRecord }[]
  readonly tables: ModelTables
  /** What went wrong, in words. */
  readonly failures: string[]
  append(partition: number, frame: Frame): void
  appendLink(record: LinksRecord): void
}

const births = new Map<FragmentId, ProfileId>()
export function birthOf(fragment: FragmentId): ProfileId {
  let birth = births.get(fragment)
  if (birth === undefined) {
    birth = birthProfileId(fragment)
    births.set(fragment, birth)
  }
  return birth
}

const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

export function createWorld(random: Random, mutant: Mutant | null): World {
  const partitions = 1 + random.below(4)
  const failures: string[] = []
  const log: World['log'] = Array.from({ length: partitions }, () => [])
  const links: World['links'] = []
  const count = 2 + random.below(5)
  const names = ['user_id:1', 'user_id:2', 'email:1', 'email:2', 'email:3', 'anonymous_id:1']
  const world: World = {
    random,
    mutant,
    partitions,
    identifiers: random.shuffled(names).slice(0, count) as FragmentId[],
    now: 1_700_000_000_000,
    raw: Array.from({ length: 1 + random.below(3) }, () => []),
    log,
    links,
    tables: createTables((what) => failures.push(what)),
    failures,
    append(partition, frame) {
      log[partition]?.push({ at: world.now, frame: plain(frame) })
    },
    appendLink(record) {
      links.push({ key: `${links.length}`, record: plain(record) })
    },
  }
  return world
}

export const homeIn = ({ partitions }: World, fragment: FragmentId): number =>
  partitionOfProfile(birthOf(fragment), partitions)

/** ClickHouse as ReplacingMergeTree(version) sees it. Two rows of one key and version that differ are a failure, whoever wins. */
export interface ModelTables {
  insert<T extends TableName>(table: T, rows: readonly TableRows[T][]): void
  /** The winning rows. */
  final<T extends TableName>(table: T): readonly TableRows[T][]
}

interface Winner {
  readonly version: bigint
  readonly row: unknown
}

export function createTables(fail: (what: string) => void): ModelTables {
  const winners = new Map<TableName, Map<string, Winner>>()
  const contents = new Map<string, string>()
  return {
    insert(table, rows) {
      const known = winners.get(table) ?? new Map<string, Winner>()
      winners.set(table, known)
      for (const row of rows) {
        const fields = row as unknown as Readonly<Record<string, unknown>>
        const key = tableKeys[table].map((name) => String(fields[name])).join('|')
        const text = JSON.stringify(row)
        const same = `${table}|${key}|${row.version}`
        const before = contents.get(same)
        if (before !== undefined && before !== text)
          fail(`two rows of ${same} differ:\n  ${before}\n  ${text}`)
        contents.set(same, text)
        const version = BigInt(row.version)
        const winner = known.get(key)
        if (winner === undefined || version >= winner.version)
          known.set(key, { version, row: JSON.parse(text) as unknown })
      }
    },
    final<T extends TableName>(table: T) {
      return [...(winners.get(table)?.values() ?? [])].map(({ row }) => row as TableRows[T])
    },
  }
}
