import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { asError, isTributaryError } from '#runtime/errors/index.ts'
import { type EpochMs, type FragmentId, type Offset, offset } from '#runtime/event/ids.ts'
import type { OutgoingRecord, PartitionReader, RecordBatch } from '#runtime/kafka/ports.ts'
import {
  type DataKeyId,
  type DataKeyRecord,
  keyChange,
  keyTombstone,
} from '#runtime/keys/data-keys/index.ts'
import {
  type Environment,
  openEnvironment,
  ownDirectory,
  type ValueCodec,
} from '#runtime/state/index.ts'
import { timeCodec } from '../state/codec.ts'

export type StoredKey = DataKeyRecord & { readonly madeAt: EpochMs }

/** The wrapped data keys of `privacy.keys`, as far as it was read. */
export interface KeyStore {
  /** Those of these keys that there are when they are asked for; what is missing was destroyed. */
  find(ids: readonly DataKeyId[]): Promise<ReadonlyMap<DataKeyId, StoredKey>>
  /** Destroys the keys of a fragment that were made until a time, as far as they are known here. */
  tombstones(fragment: FragmentId, until: EpochMs): readonly OutgoingRecord[]
  readonly ended: Promise<Error | undefined>
  stop(): Promise<void>
}

/** Ids of keys that are known to be destroyed: an id never comes back. */
const destroyedMax = 10_000

/**
 * Reads the topic to its end and follows it. The file is made anew at each start: while a process is away, compaction may remove a
 * tombstone that it has not read, and pages of a file keep what was taken out of it.
 */
export async function openKeyStore(
  reader: PartitionReader,
  topic: string,
  directory: string,
  pause: (ms: number, signal: AbortSignal) => Promise<void> = sleep,
): Promise<KeyStore> {
  const environment = openNew(directory)
  const byId = environment.store<string, StoredKey>('keys', keyCodec)
  const byFragment = environment.store<string, EpochMs>('fragments', timeCodec)
  const destroyed = new LRUCache<DataKeyId, true>({ max: destroyedMax })
  const at = { topic, partition: 0 }
  let next: Offset | 'start' = 'start'

  const stopping = new AbortController()
  const { signal } = stopping

  /** Where the disk is full, it waits for room: what it does not have, `find` reads from the topic meanwhile. */
  const commit = async (write: () => void): Promise<boolean> => {
    for (let waitMs = againFirstMs; ; waitMs = Math.min(2 * waitMs, againMaxMs)) {
      try {
        await environment.commit(write)
        return true
      } catch (error) {
        if (!isTributaryError(error, 'TRB_STATE_FULL')) throw error
      }
      await pause(waitMs, signal)
      if (signal.aborted) return false
    }
  }

  const take = async ({ records }: RecordBatch): Promise<void> => {
    const changes = records.map(keyChange)
    const isWritten = await commit(() => {
      for (const change of changes) {
        if (change.change === 'made') {
          byId.put(change.record.id, change.record)
          byFragment.put(placeOf(change.record.fragment, change.record.id), change.record.madeAt)
        } else {
          byId.remove(change.id)
          byFragment.remove(placeOf(change.fragment, change.id))
        }
      }
    })
    const last = records.at(-1)
    if (isWritten && last !== undefined) next = offset(last.offset + 1)
  }
  for await (const batch of reader.read(at, { from: 'start', untilEnd: true })) await take(batch)

  const follow = async (): Promise<undefined> => {
    for await (const batch of reader.read(at, { from: next, untilEnd: false, signal }))
      await take(batch)
    return undefined
  }
  const ended = follow().catch((error: unknown) => asError(error))

  /** What was written since, without waiting for who follows: the writer has its acknowledgement, so that it is there. */
  const lookAhead = async (): Promise<ReadonlyMap<DataKeyId, StoredKey>> => {
    const found = new Map<DataKeyId, StoredKey>()
    for await (const { records } of reader.read(at, { from: next, untilEnd: true }))
      for (const change of records.map(keyChange))
        if (change.change === 'made') found.set(change.record.id, change.record)
        else found.delete(change.id)
    return found
  }

  return {
    ended,
    async find(ids) {
      const found = new Map<DataKeyId, StoredKey>()
      const look = (id: DataKeyId): boolean => {
        const known = byId.get(id)
        if (known !== undefined) found.set(id, known)
        return known !== undefined
      }
      const missing = ids.filter((id) => !look(id) && destroyed.get(id) === undefined)
      if (missing.length === 0) return found
      const ahead = await lookAhead()
      for (const id of missing) {
        const key = ahead.get(id)
        if (key !== undefined) found.set(id, key)
        else if (!look(id)) destroyed.set(id, true)
      }
      return found
    },
    tombstones(fragment, until) {
      const records: OutgoingRecord[] = []
      const range = { from: placeOf(fragment, ''), to: `${fragment}0` }
      for (const { key, value: madeAt } of byFragment.entries(range)) {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the second part of `placeOf`
        const id = key.slice(range.from.length) as DataKeyId
        if (madeAt <= until) records.push(keyTombstone(fragment, id))
      }
      return records
    },
    async stop() {
      stopping.abort()
      await ended
      await environment.close()
    },
  }
}

/** Between two tries of a commit that found no room. */
const againFirstMs = 250
const againMaxMs = 5000

const sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined)
}

/** Processes of one host may share a state directory. */
const processesMax = 100

function openNew(directory: string): Environment {
  for (let n = 0; ; n += 1) {
    const own = join(directory, String(n))
    try {
      const ownership = ownDirectory(own)
      for (const file of ['data.mdb', 'lock.mdb']) rmSync(join(own, file), { force: true })
      return openEnvironment(own, { ownership })
    } catch (error) {
      if (n >= processesMax || !isTributaryError(error, 'TRB_STATE_IN_USE')) throw error
    }
  }
}

/** All keys of a fragment stand together: what follows a slash comes before `0`. */
const placeOf = (fragment: FragmentId, id: DataKeyId | ''): string => `${fragment}/${id}`

const keyCodec: ValueCodec<StoredKey> = {
  encode: ({ wrapped, ...rest }) =>
    Buffer.from(JSON.stringify({ ...rest, wrapped: Buffer.from(wrapped).toString('base64') })),
  decode(bytes) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `encode`
    const stored = JSON.parse(Buffer.from(bytes).toString('utf8')) as Omit<StoredKey, 'wrapped'> & {
      readonly wrapped: string
    }
    return { ...stored, wrapped: Buffer.from(stored.wrapped, 'base64') }
  },
}
