import type { EpochMs } from '#runtime/event/ids.ts'
import type { Environment } from '#runtime/state/index.ts'
import { jsonCodec, timeCodec } from './codec.ts'
import type { SliceKey } from './slice-key.ts'

/** A list of ids that expire together. */
interface TextSlice {
  readonly key: SliceKey
  readonly rows: readonly string[]
}

/** Remembered ids of an older file, `<scope>/<id>` as text in stores of their own: read and forgotten, never added to, so that they are gone with their window. */
export interface TextIds {
  get(scope: string, key: string): EpochMs | undefined
  /** The oldest of them that are older than `before`. */
  slices(before: EpochMs, limit: number): readonly TextSlice[]
  /** Only inside of a commit. */
  remove(slice: TextSlice, before: EpochMs): void
  /** Only inside of a commit. */
  forget(scope: string): void
}

/** null: there are none. */
export function openTextIds(environment: Environment, name: string): TextIds | null {
  if (!environment.hasStore(`${name}-by-time`)) return null
  const slices = environment.store<SliceKey, string[]>(`${name}-by-time`, jsonCodec())
  const times = environment.store<string, EpochMs>(name, timeCodec)
  if (slices.lastKey() === undefined) return null
  return {
    get: (scope, key) => times.get(`${scope}/${key}`),
    slices(before, limit) {
      const found: TextSlice[] = []
      for (const { key, value } of slices.entries({ limit })) {
        if (key[0] >= before) break
        found.push({ key, rows: value })
      }
      return found
    },
    remove({ key, rows }, before) {
      // A row may have been remembered anew since it was: then a later slice has it too.
      for (const row of rows) if ((times.get(row) ?? before) < before) times.remove(row)
      slices.remove(key)
    },
    forget(scope) {
      // '0' follows '/': the range holds exactly this scope's rows.
      for (const row of times.keys({ from: `${scope}/`, to: `${scope}0` })) times.remove(row)
    },
  }
}
