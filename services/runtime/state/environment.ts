import { type Database, type Key, open, type RootDatabase } from 'lmdb'
import { type Ownership, ownDirectory } from './own-directory.ts'

/** Turns a value into bytes and back. */
export interface ValueCodec<V> {
  encode(value: V): Uint8Array
  decode(bytes: Uint8Array): V
}

export interface KeyRange<K> {
  /** First key, included. */
  readonly from?: K
  /** End, excluded. */
  readonly to?: K
  readonly limit?: number
}

/** A named map of an environment, ordered by key: numbers before strings, arrays by their elements. */
export interface Store<K extends Key, V> {
  get(key: K): V | undefined
  keys(range: KeyRange<K>): Iterable<K>
  entries(range: KeyRange<K>): Iterable<{ readonly key: K; readonly value: V }>
  /** Only inside of `commit`. */
  put(key: K, value: V): void
  /** Only inside of `commit`. */
  remove(key: K): void
}

/**
 * One LMDB environment in a directory that this process owns alone. Reads are synchronous and see the last commit; writes happen
 * only inside `commit`, all of them or none.
 */
export interface Environment {
  store<K extends Key, V>(name: string, codec: ValueCodec<V>): Store<K, V>
  /** Calls `write`, and resolves when all that it wrote is committed: visible, and safe from a crash of the process. */
  commit(write: () => void): Promise<void>
  close(): Promise<void>
}

/**
 * Opens (or creates) an environment.
 *
 * A commit waits for no disk: pages are synced in the background (LMDB's overlapping sync), so a crash of the process loses nothing
 * and a power loss falls back to the last commit that had reached the disk, never to a torn one. Opening one directory twice, also
 * from another process, is refused: while a stopped process sits in a write transaction, LMDB would block every other.
 * @throws TributaryError TRB_STATE_IN_USE
 */
export function openEnvironment(directory: string): Environment {
  const ownership: Ownership = ownDirectory(directory)
  const root: RootDatabase = openRoot(directory, ownership)
  return {
    store: <K extends Key, V>(name: string, codec: ValueCodec<V>) =>
      openStore<K, V>(root.openDB<Uint8Array, K>({ name, encoding: 'binary' }), codec),
    async commit(write) {
      await root.batch(write)
    },
    async close() {
      await root.close()
      ownership.release()
    },
  }
}

function openRoot(directory: string, ownership: Ownership): RootDatabase {
  try {
    return open({ path: directory, noSubdir: false, maxDbs: 16, overlappingSync: true })
  } catch (error) {
    ownership.release()
    throw error
  }
}

/** lmdb's own promises of single writes are dropped on purpose: the batch's promise stands for all of them. */
function openStore<K extends Key, V>(
  database: Database<Uint8Array, K>,
  codec: ValueCodec<V>,
): Store<K, V> {
  return {
    get(key) {
      const bytes = database.get(key)
      return bytes === undefined ? undefined : codec.decode(bytes)
    },
    keys: (range) => database.getKeys(rangeOptions(range)),
    entries: (range) =>
      database
        .getRange(rangeOptions(range))
        .map(({ key, value }) => ({ key, value: codec.decode(value) })),
    put(key, value) {
      void database.put(key, codec.encode(value))
    },
    remove(key) {
      void database.remove(key)
    },
  }
}

const rangeOptions = <K extends Key>({ from, to, limit }: KeyRange<K>) => ({
  ...(from === undefined ? {} : { start: from }),
  ...(to === undefined ? {} : { end: to }),
  ...(limit === undefined ? {} : { limit }),
})
