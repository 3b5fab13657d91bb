import { epochMs } from '#runtime/event/ids.ts'
import { isTributaryError } from '#runtime/errors/index.ts'
import type { KafkaRecord } from '#runtime/kafka/ports.ts'
import { decodeFrame } from '#runtime/log/frame.ts'
import type { Body, Frame } from '#runtime/log/messages.ts'
import {
  type FlushRows,
  newFlush,
  type OpenFlush,
} from '../../services/profiles/core/fold/flush.ts'
import type { Fold } from '../../services/profiles/core/fold/fold.ts'
import {
  createMemoryState,
  type MemoryContents,
  newMemoryContents,
} from '../../services/profiles/core/memory-state.ts'
import { testFold } from '../support/fold/partition.ts'
import { definitions } from './definitions.ts'
import { createRandom } from './random.ts'
import { createTables, type ModelTables } from './tables.ts'
import { type World } from './world.ts'

export interface Refolded {
  readonly contents: MemoryContents
  readonly rows: readonly FlushRows[]
}

/** The fold over a whole log with batches of its own. `keeps` leaves messages out: what the log would be had they never been sent. */
export function refold(
  world: World,
  partition: number,
  keeps: (body: Body) => boolean = () => true,
  /** How likely a flush ends with a message: at 1 each has the rows of its own. */
  endsAfter = 0.1,
): Refolded {
  const random = createRandom(world.seed + partition)
  const { generation, partitions } = world
  const state = createMemoryState(newMemoryContents(generation))
  const { fold } = testFold({ generation, partition, partitions, definitions, state })
  const rows: FlushRows[] = []
  let flush = newFlush()
  const end = (): void => {
    rows.push(fold.end(flush).rows)
    flush = newFlush()
  }
  for (const record of world.broker.records(world.profiles.reads.profileLog, partition)) {
    const frame = frameOf(record, fold, flush)
    for (const [index, logged] of (frame?.messages ?? []).entries()) {
      const { offset, timestamp } = record
      // Left out, a message still moves the clock, as a Tick does.
      const kept = frame !== null && keeps(logged.body)
      const origin = kept ? frame.origin : null
      const body = kept ? logged.body : ({ kind: 'tick' } as const)
      const { position } = logged
      const message = { position, body }
      fold.message(
        { offset, index, timestamp, logTime: frame?.logTime ?? null, origin, message },
        flush,
      )
      if (random.chance(endsAfter)) end()
    }
    fold.frameEnd(record.offset)
    if (random.chance(0.3)) end()
  }
  end()
  return { contents: state.contents, rows }
}

function frameOf(record: KafkaRecord, fold: Fold, flush: OpenFlush): Frame | null {
  const bytes = record.value ?? new Uint8Array()
  try {
    return decodeFrame(bytes)
  } catch (error) {
    if (!isTributaryError(error, 'TRB_FRAME_INVALID')) throw error
    const { offset, timestamp } = record
    fold.unreadable({ offset, timestamp: epochMs(timestamp), bytes, detail: '' }, flush)
    return null
  }
}

const names = [
  'events',
  'profile_identifiers',
  'profiles',
  'segment_memberships',
  'segment_transitions',
] as const

export function insertAll(tables: ModelTables, rows: readonly FlushRows[]): void {
  for (const flush of rows) for (const name of names) tables.insert(name, flush[name])
}

/** What the fold wrote again changes nothing in the tables, and no row differs from one of the same key and version. */
export function sameRows({ tables, failures }: World, rows: readonly FlushRows[]): string[] {
  const [before, failed] = [tables.changes(), failures.length]
  insertAll(tables, rows)
  return [
    ...failures.splice(failed),
    ...(tables.changes() === before ? [] : ['the tables have other rows under another batching']),
  ]
}

/** Tables of one fold alone. */
export function tablesOf(all: readonly Refolded[], fail: (what: string) => void): ModelTables {
  const tables = createTables(fail)
  for (const { rows } of all) insertAll(tables, rows)
  return tables
}
