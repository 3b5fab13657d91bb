import type { EpochMs } from '#runtime/event/ids.ts'
import type { Environment, Store } from '#runtime/state/index.ts'
import { bytesCodec, timeCodec } from './codec.ts'
import { idBytes, scopeRange, writeIdBytes } from './id-bytes.ts'
import type { SliceKey } from './slice-key.ts'
import { openTextIds, type TextIds } from './text-ids.ts'

/** Ids that a scope (a fragment) remembers with their times, as rows of their own: there may be millions, and none is decoded with the fragment. */
export interface Remembered {
  get(scope: string, key: string): EpochMs | undefined
  set(scope: string, key: string, at: EpochMs): void
  /** Forgets a scope. */
  forget(scope: string): void
  /** Plans the removal of about `limit` rows older than `before`; returns how many. */
  expire(before: EpochMs, limit: number): number
  /** What changed until now goes with the next commit. `stamp` orders it among others. */
  cut(stamp: readonly [offset: number, index: number]): void
  /** Writes what was cut; only inside of a commit. */
  write(): void
  /** What was written is committed. */
  committed(): void
}

/** Ids as bytes, with their times; and those of a slice, one behind the other. */
export interface IdStores {
  readonly times: Store<Uint8Array, EpochMs>
  readonly slices: Store<SliceKey, Uint8Array>
}

export const idStoresOf = (environment: Environment, name: string): IdStores => ({
  times: environment.store(`${name}-ids`, timeCodec, 'bytes'),
  slices: environment.store(`${name}-ids-by-time`, bytesCodec),
})

const sliceSize = 1000

/** Of one scope. Two scopes seldom have the same id. */
interface Added {
  readonly scope: string
  at: EpochMs
  readonly next: Added | undefined
}

/** What changed between two cuts. */
interface Changes {
  readonly added: Map<string, Added>
  readonly forgotten: Set<string>
  readonly expiredText: {
    readonly slice: ReturnType<TextIds['slices']>[number]
    readonly before: EpochMs
  }[]
  readonly expired: {
    readonly slice: SliceKey
    readonly ids: Uint8Array
    readonly before: EpochMs
  }[]
}

const noChanges = (): Changes => ({
  added: new Map(),
  forgotten: new Set(),
  expiredText: [],
  expired: [],
})

function ofScope(first: Added | undefined, scope: string): Added | undefined {
  let one = first
  while (one !== undefined && one.scope !== scope) one = one.next
  return one
}

/** Those of one id that are not of a scope. */
function without(one: Added | undefined, scope: string): Added | undefined {
  if (one === undefined) return undefined
  const next = without(one.next, scope)
  return one.scope === scope ? next : { ...one, next }
}

export function createRemembered(environment: Environment, name: string): Remembered {
  const { times, slices } = idStoresOf(environment, name)
  const older = openTextIds(environment, name)
  let now = noChanges()
  /** Cut, and not committed yet. */
  let frozen = noChanges()
  let stamp: readonly [offset: number, index: number] = [0, 0]
  /** One id at a time: LMDB takes a copy. */
  const id = Buffer.alloc(idBytes)

  function stored(scope: string, key: string): EpochMs | undefined {
    writeIdBytes(id, scope, key)
    return times.get(id) ?? older?.get(scope, key)
  }

  /** A row may have been remembered anew since it was: then a later slice has it too. */
  function removeExpired({ slice, ids, before }: Changes['expired'][number]): void {
    for (let at = 0; at < ids.length; at += idBytes) {
      const row = ids.subarray(at, at + idBytes)
      if ((times.get(row) ?? before) < before) times.remove(row)
    }
    slices.remove(slice)
  }

  function add(added: Changes['added']): void {
    let newest = 0
    let ids = Buffer.allocUnsafe(sliceSize * idBytes)
    let length = 0
    const full: Buffer[] = []
    for (const [key, first] of added)
      for (let one: Added | undefined = first; one !== undefined; one = one.next) {
        writeIdBytes(id, one.scope, key)
        times.put(id, one.at)
        if (one.at > newest) newest = one.at
        id.copy(ids, length)
        length += idBytes
        if (length < ids.length) continue
        full.push(ids)
        ids = Buffer.allocUnsafe(sliceSize * idBytes)
        length = 0
      }
    if (length > 0) full.push(ids.subarray(0, length))
    for (const [part, some] of full.entries()) slices.put([newest, ...stamp, part], some)
  }

  return {
    get(scope, key) {
      const added = ofScope(now.added.get(key), scope)
      if (added !== undefined) return added.at
      if (now.forgotten.has(scope)) return undefined
      const earlier = ofScope(frozen.added.get(key), scope)
      if (earlier !== undefined) return earlier.at
      return frozen.forgotten.has(scope) ? undefined : stored(scope, key)
    },
    set(scope, key, at) {
      const first = now.added.get(key)
      const known = ofScope(first, scope)
      if (known === undefined) now.added.set(key, { scope, at, next: first })
      else known.at = at
    },
    forget(scope) {
      now.forgotten.add(scope)
      for (const [key, first] of now.added) {
        const left = without(first, scope)
        if (left === undefined) now.added.delete(key)
        else now.added.set(key, left)
      }
    },
    expire(before, limit) {
      const slicesMax = Math.ceil(limit / sliceSize)
      let count = 0
      for (const slice of older?.slices(before, slicesMax) ?? []) {
        now.expiredText.push({ slice, before })
        count += slice.rows.length
      }
      for (const { key, value } of slices.entries({ limit: slicesMax })) {
        if (key[0] >= before) break
        // What LMDB reads lies in memory that the next read takes.
        now.expired.push({ slice: key, ids: Uint8Array.from(value), before })
        count += value.length / idBytes
      }
      return count
    },
    cut(at) {
      frozen = now
      now = noChanges()
      stamp = at
    },
    write() {
      const { added, forgotten, expired, expiredText } = frozen
      for (const scope of forgotten) {
        for (const row of times.keys(scopeRange(scope))) times.remove(row)
        older?.forget(scope)
      }
      for (const { slice, before } of expiredText) older?.remove(slice, before)
      for (const slice of expired) removeExpired(slice)
      add(added)
    },
    committed() {
      frozen = noChanges()
    },
  }
}
