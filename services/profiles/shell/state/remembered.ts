import type { EpochMs } from '#runtime/event/ids.ts'
import type { Environment, Store } from '#runtime/state/index.ts'
import { jsonCodec, timeCodec } from './codec.ts'

/** Ids that a scope (a fragment) remembers with their times, as rows of their own: there may be millions, and none is decoded with the fragment. */
export interface Remembered {
  get(scope: string, key: string): EpochMs | undefined
  set(scope: string, key: string, at: EpochMs): void
  /** Forgets a scope. */
  forget(scope: string): void
  /** Plans the removal of about `limit` rows older than `before`; returns how many. */
  expire(before: EpochMs, limit: number): number
  /** Writes what changed; only inside of a commit. `stamp` orders this commit among others. */
  write(stamp: readonly [offset: number, index: number]): void
  /** What was written is committed. */
  committed(): void
}

/** One commit's additions, for expiry: in the order of log time, so that what is old is found without a scan. */
type SliceKey = readonly [newestAt: number, offset: number, index: number, part: number]

const sliceSize = 1000

const rowKey = (scope: string, key: string): string => `${scope}/${key}`

export function createRemembered(environment: Environment, name: string): Remembered {
  const times: Store<string, EpochMs> = environment.store(name, timeCodec)
  const slices: Store<number[], string[]> = environment.store(`${name}-by-time`, jsonCodec())
  const added = new Map<string, EpochMs>()
  const forgotten = new Set<string>()
  let expired: { readonly slice: number[]; readonly rows: readonly string[] }[] = []

  function* rowsOf(scope: string): Iterable<string> {
    // '0' follows '/': the range holds exactly this scope's rows.
    yield* times.keys({ from: `${scope}/`, to: `${scope}0` })
  }

  return {
    get(scope, key) {
      const row = rowKey(scope, key)
      const at = added.get(row)
      if (at !== undefined) return at
      return forgotten.has(scope) ? undefined : times.get(row)
    },
    set(scope, key, at) {
      added.set(rowKey(scope, key), at)
    },
    forget(scope) {
      forgotten.add(scope)
      for (const row of added.keys()) if (row.startsWith(`${scope}/`)) added.delete(row)
    },
    expire(before, limit) {
      let count = 0
      for (const { key, value } of slices.entries({ limit: Math.ceil(limit / sliceSize) })) {
        if ((key[0] ?? before) >= before) break
        // A row may have been remembered anew since: then a later slice has it too.
        const rows = value.filter((row) => (times.get(row) ?? before) < before && !added.has(row))
        expired.push({ slice: key, rows })
        count += value.length
      }
      return count
    },
    write([offset, index]) {
      for (const scope of forgotten) for (const row of rowsOf(scope)) times.remove(row)
      for (const { slice, rows } of expired) {
        for (const row of rows) times.remove(row)
        slices.remove(slice)
      }
      let newest = 0
      for (const [row, at] of added) {
        times.put(row, at)
        if (at > newest) newest = at
      }
      const rows = [...added.keys()]
      for (let part = 0; part * sliceSize < rows.length; part++) {
        const key: SliceKey = [newest, offset, index, part]
        slices.put([...key], rows.slice(part * sliceSize, (part + 1) * sliceSize))
      }
    },
    committed() {
      added.clear()
      forgotten.clear()
      expired = []
    },
  }
}
