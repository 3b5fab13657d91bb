import type { EpochMs } from '#runtime/event/ids.ts'
import type { Environment } from '#runtime/state/index.ts'
import { jsonCodec, timeCodec } from './codec.ts'
import { idBytes, writeIdBytes } from './id-bytes.ts'
import { idStoresOf, type SliceKey } from './remembered.ts'

/** Of a thousand rows each. */
const slicesPerCommit = 20

/**
 * Moves remembered ids of an older file, `<scope>/<id>` as text in stores of their own, to where they are bytes: some thousand a commit, so that
 * one that was killed goes on where it was. Takes nothing where there are none.
 */
export async function moveTextIds(environment: Environment, name: string): Promise<void> {
  if (!environment.hasStore(`${name}-by-time`)) return
  const older = environment.store<SliceKey, string[]>(`${name}-by-time`, jsonCodec())
  const olderTimes = environment.store<string, EpochMs>(name, timeCodec)
  const { times, slices } = idStoresOf(environment, name)

  function moveSlice(key: SliceKey, rows: readonly string[]): void {
    const ids = Buffer.alloc(rows.length * idBytes)
    for (const [index, row] of rows.entries()) {
      const id = ids.subarray(index * idBytes, (index + 1) * idBytes)
      const slash = row.indexOf('/')
      writeIdBytes(id, row.slice(0, slash), row.slice(slash + 1))
      const at = olderTimes.get(row)
      if (at === undefined) continue
      times.put(id, at)
      olderTimes.remove(row)
    }
    slices.put(key, ids)
    older.remove(key)
  }

  for (;;) {
    const some = [...older.entries({ limit: slicesPerCommit })]
    if (some.length === 0) return
    await environment.commit(() => {
      for (const { key, value } of some) moveSlice(key, value)
    })
  }
}
