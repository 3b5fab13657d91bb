import { type EpochMs, epochMs, type Offset, offset } from '#runtime/event/ids.ts'
import {
  type BatchControl,
  type KafkaRecord,
  type PartitionHandler,
  partitionKey,
  type RecordBatch,
} from '#runtime/kafka/ports.ts'
import { createTurn } from '#runtime/kafka/turn.ts'
import { withHeartbeat } from '#runtime/kafka/with-heartbeat.ts'
import type { CommandRecord, LinkRecord, LinksRecord } from '#runtime/log/links.ts'
import { decodeLinksRecord } from '#runtime/log/links-record.ts'
import { type Steps, unwatched } from '#runtime/stages/index.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { decidedSoFar } from '../core/link-row.ts'
import type { LinkerMeta } from '../core/state.ts'
import { createLinker, type Linker, type LinksEntry } from '../core/linker.ts'
import type { FoldedRecord } from './encode-effects.ts'
import type { Flusher } from './flush.ts'
import type { DurableState } from './lmdb-state.ts'
import type { Policies } from './policies.ts'

export interface LinkerOwnerDeps {
  openState(): Promise<DurableState>
  readonly flush: Flusher
  readonly policies: Policies
  /** Told where the state has come to, when it is opened and after each flush. */
  readonly onFlushed: (meta: LinkerMeta) => void
  /** Effects after which a flush ends, though the batch goes on: what a flush holds in memory. */
  readonly effectsPerFlushMax: number
  /** How seldom the state is committed while the log's end is far; left out: it never is. */
  readonly catchUp?: CatchUp
  /** Sleeps; left out: batches follow each other without a rest. */
  readonly rest?: (ms: number) => Promise<void>
  /** Told of the fold and of what is in a batch; left out: nobody watches. */
  readonly steps?: Steps
  /** Told of the identifiers of each link. */
  readonly hot?: (identifier: string) => void
  /** Milliseconds of a clock that only goes forward, for turns; left out: the process's own. */
  readonly elapsed?: () => number
}

/**
 * A transaction copies each page of the state that it changes: many links in one, ordered by key, cost a fraction of many small ones. So a linker
 * that rebuilds its state commits seldom. What it loses when it is killed meanwhile is that work; what it sent it sends again, and homes drop it.
 */
export interface CatchUp {
  /** Records between the end of a batch and the end of the log from which on it is far. */
  readonly behindMin: number
  /** Records and effects of one transaction, far from the end: what waits in memory. */
  readonly perCommitMax: number
}

/**
 * After a batch that reached the end of the log the linker rests, for longer the more it had to do: a flush costs about the same for one link
 * as for a hundred, most of it in ClickHouse, so that what comes meanwhile goes together; with few links nobody waits.
 */
export const restAfterBatch = { perRecordMs: 5, maxMs: 200 } as const

export interface LinkerOwner extends PartitionHandler {
  close(): Promise<void>
}

interface Open {
  readonly state: DurableState
  readonly linker: Linker
}

/**
 * Owns the one partition of the decision log while the group says so: a standby's group membership is its turn. Each owner folds from the
 * position of its own state, so that the group's committed offset is information only.
 */
export function createLinkerOwner(deps: LinkerOwnerDeps): LinkerOwner {
  const { policies, flush, onFlushed, effectsPerFlushMax, catchUp, steps = unwatched } = deps
  let open: Open | null = null
  /** Records and effects since the last transaction. */
  let uncommitted = 0

  async function opened(): Promise<Open> {
    if (open !== null) return open
    const state = await deps.openState()
    if (state.meta.policy !== null) await policies.load(state.meta.policy)
    open = {
      state,
      linker: createLinker({ state, policies: (version) => policies.get(version), birthProfileId }),
    }
    onFlushed(state.meta)
    return open
  }

  async function close(): Promise<void> {
    const closing = open
    open = null
    uncommitted = 0
    await closing?.state.close()
  }

  async function foldAndFlush(batch: RecordBatch, control: BatchControl): Promise<void> {
    const { state, linker } = await opened()
    let folded: FoldedRecord[] = []
    let effectsWaiting = 0
    let since = performance.now()
    const turn = createTurn(control, deps.elapsed)
    const behind = batch.highWatermark - (batch.records.at(-1)?.offset ?? 0) - 1
    const perCommitMax =
      catchUp !== undefined && behind >= catchUp.behindMin ? catchUp.perCommitMax : 0
    const flushNow = async (): Promise<void> => {
      steps.spent('link', (performance.now() - since) / 1000)
      uncommitted += folded.length + effectsWaiting
      const keeps = uncommitted >= perCommitMax
      await flush(state, folded, control, keeps)
      if (keeps) uncommitted = 0
      since = performance.now()
      onFlushed(state.meta)
      folded = []
      effectsWaiting = 0
    }
    steps.counted(batch.records.length, batch.records.length)
    for (const record of batch.records) {
      const entry = entryOf(record)
      if (entry === null) {
        if (record.offset >= state.meta.nextOffset) state.meta.nextOffset = record.offset + 1
        continue
      }
      if (entry.record.kind === 'define') {
        const { version } = entry.record
        await withHeartbeat(control, async () => policies.load(version))
      }
      if (entry.record.kind === 'link')
        for (const { id } of entry.record.identifiers) deps.hot?.(id)
      const { clock, policy } = state.meta
      const before = decidedSoFar(state.meta)
      const effects = linker.fold(entry)
      folded.push({
        offset: entry.offset,
        logTime: logTimeOf(entry, state.meta),
        effects,
        decided:
          isLinkOrCommand(entry.record) && decidedSoFar(state.meta) > before
            ? { record: entry.record, clock, policy }
            : null,
      })
      effectsWaiting += effects.length
      if (turn.isDue() && (await turn.give())) return close()
      if (effectsWaiting < effectsPerFlushMax) continue
      if (control.isStale()) return close()
      await flushNow()
    }
    if (control.isStale()) return close()
    await flushNow()
    const { perRecordMs, maxMs } = restAfterBatch
    if (behind <= 0) await deps.rest?.(Math.min(maxMs, perRecordMs * batch.records.length))
  }

  return {
    async assigned(partitions) {
      const starts = new Map<string, Offset | null>()
      for (const at of partitions) {
        const { state } = await opened()
        starts.set(partitionKey(at), offset(state.meta.nextOffset))
      }
      if (partitions.length === 0) await close()
      return starts
    },
    /** Closed: another process may be the owner now, and what was folded but not flushed here must not stay. */
    lost: close,
    async batch(batch, control) {
      try {
        await foldAndFlush(batch, control)
      } catch (error) {
        // What was folded since the last commit is in the state's memory only: it must not be folded on.
        await close()
        throw error
      }
    },
    close,
  }
}

/**
 * While a generation is built: the time of the home that sent the link, which the feeder has come to. Not a command's: it is an operator's
 * clock, which must not move that of a partition; a command counts where it lies. null: the log's own time.
 */
function logTimeOf({ record }: LinksEntry, { live }: LinkerMeta): EpochMs | null {
  if (live) return null
  return record.kind === 'link' || record.kind === 'expire' ? record.logTime : epochMs(0)
}

const isLinkOrCommand = (record: LinksRecord): record is LinkRecord | CommandRecord =>
  record.kind === 'link' || record.kind === 'command'

/** null: a tombstone. */
function entryOf({ offset: at, key, value }: KafkaRecord): LinksEntry | null {
  if (value === null) return null
  return {
    offset: at,
    key: key === null ? '' : Buffer.from(key).toString('utf8'),
    record: decodeLinksRecord(value),
  }
}
