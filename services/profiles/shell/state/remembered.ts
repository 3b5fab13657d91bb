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
  /** What changed until now goes with the next commit. `stamp` orders it among others. */
  cut(stamp: readonly [offset: number, index: number]): void
  /** Writes what was cut; only inside of a commit. */
  write(): void
  /** What was written is committed. */
  committed(): void
}

/** One commit's additions, for expiry: in the order of log time, so that what is old is found without a scan. */
type SliceKey = readonly [newestAt: number, offset: number, index: number, part: number]

const sliceSize = 1000

/** What changed between two cuts. */
interface Changes {
  readonly added: Map<string, EpochMs>
  readonly forgotten: Set<string>
  readonly expired: { readonly slice: number[]; readonly rows: readonly string[] }[]
}

const noChanges = (): Changes => ({ added: new Map(), forgotten: new Set(), expired: [] })

const rowKey = (scope: string, key: string): string => `${scope}/${key}`

export function createRemembered(environment: Environment, name: string): Remembered {
  const times: Store<string, EpochMs> = environment.store(name, timeCodec)
  const slices: Store<number[], string[]> = environment.store(`${name}-by-time`, jsonCodec())
  let now = noChanges()
  /** Cut, and not committed yet. */
  let frozen = noChanges()
  let stamp: readonly [offset: number, index: number] = [0, 0]

  function* rowsOf(scope: string): Iterable<string> {
    // '0' follows '/': the range holds exactly this scope's rows.
    yield* times.keys({ from: `${scope}/`, to: `${scope}0` })
  }

  return {
    get(scope, key) {
      const row = rowKey(scope, key)
      const at = now.added.get(row)
      if (at !== undefined) return at
      if (now.forgotten.has(scope)) return undefined
      return frozen.added.get(row) ?? (frozen.forgotten.has(scope) ? undefined : times.get(row))
    },
    set(scope, key, at) {
      now.added.set(rowKey(scope, key), at)
    },
    forget(scope) {
      now.forgotten.add(scope)
      for (const row of now.added.keys()) if (row.startsWith(`${scope}/`)) now.added.delete(row)
    },
    expire(before, limit) {
      let count = 0
      for (const { key, value } of slices.entries({ limit: Math.ceil(limit / sliceSize) })) {
        if ((key[0] ?? before) >= before) break
        // A row may have been remembered anew since: then a later slice has it too.
        const rows = value.filter(
          (row) =>
            (times.get(row) ?? before) < before && !now.added.has(row) && !frozen.added.has(row),
        )
        now.expired.push({ slice: key, rows })
        count += value.length
      }
      return count
    },
    cut(at) {
      frozen = now
      now = noChanges()
      stamp = at
    },
    write() {
      const { added, forgotten, expired } = frozen
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
        const key: SliceKey = [newest, ...stamp, part]
        slices.put([...key], rows.slice(part * sliceSize, (part + 1) * sliceSize))
      }
    },
    committed() {
      frozen = noChanges()
    },
  }
}
