import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, type Key, open, type RootDatabase } from 'lmdb'
import { asError } from '../errors/index.ts'
import { refuseWithoutRoom, stateError } from './disk-full.ts'
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
  /** Undefined: there is none. */
  lastKey(): K | undefined
  /** Only inside of `commit`. */
  put(key: K, value: V): void
  /** Only inside of `commit`, and only of a key behind all others: pages are filled to the end. */
  append(key: K, value: V): void
  /** Only inside of `commit`. */
  remove(key: K): void
}

/**
 * One LMDB environment in a directory that this process owns alone. Reads are synchronous and see the last commit; writes happen
 * only inside `commit`, all of them or none.
 */
export interface Environment {
  /** `keys`: `bytes` when they are nothing but bytes, ordered as such; they may change once `get`, `put` or `remove` has returned. */
  store<K extends Key, V>(name: string, codec: ValueCodec<V>, keys?: 'bytes'): Store<K, V>
  /** Whether a map of this name was ever made. */
  hasStore(name: string): boolean
  /**
   * Calls `write`, and resolves when all that it wrote is committed: visible, and safe from a crash of the process.
   * @throws TributaryError TRB_STATE_FULL: nothing of it was written.
   */
  commit(write: () => void): Promise<void>
  /**
   * Writes a compact copy of one commit, the last one or a later one, to `data.mdb` in a directory. Reads and commits go on beside it, in this
   * process and in the file, whose free pages wait for its end; a rewriting is waited for.
   */
  copyTo(directory: string): Promise<void>
  /**
   * Puts a compact copy of the last commit in the place of the file: pages that nothing refers to any more, which LMDB would keep until it needs
   * them, are gone with it. Not beside a commit, nor while keys or entries are being read. Killed anywhere, either file is whole.
   * @throws TributaryError TRB_STATE_FULL: the file is as it was.
   */
  rewrite(): Promise<void>
  /** Waits for copies and a rewriting under way: LMDB would read what is not there any more. */
  close(): Promise<void>
}

export interface OpenOptions {
  /** Of a directory that the caller owns already; released by `close`. */
  readonly ownership?: Ownership
  /** For a file that must stay as it is, byte by byte. */
  readonly readOnly?: boolean
}

/**
 * Opens (or creates) an environment.
 *
 * A commit waits for no disk: pages are synced in the background (LMDB's overlapping sync), so a crash of the process loses nothing
 * and a power loss falls back to the last commit that had reached the disk, never to a torn one. Opening one directory twice, also
 * from another process, is refused: while a stopped process sits in a write transaction, LMDB would block every other.
 * @throws TributaryError TRB_STATE_IN_USE, TRB_STATE_FULL
 */
export function openEnvironment(
  directory: string,
  { ownership = ownDirectory(directory), readOnly = false }: OpenOptions = {},
): Environment {
  let root: RootDatabase = openRoot(directory, ownership, readOnly)
  const reopenStores: (() => void)[] = []
  const copying = new Set<Promise<void>>()
  let rewriting: Promise<void> | null = null
  let isClosed = false
  let hasFailed = false

  async function replaceFile(): Promise<void> {
    await Promise.allSettled(copying)
    const scratch = `${directory}.rewrite`
    rmSync(scratch, { recursive: true, force: true })
    try {
      mkdirSync(scratch, { recursive: true })
      await root.backup(scratch, true)
      await root.close()
      renameSync(join(scratch, dataName), join(directory, dataName))
      root = openRoot(directory, ownership, readOnly)
      for (const reopen of reopenStores) reopen()
    } catch (error) {
      throw stateError(error, directory)
    } finally {
      rmSync(scratch, { recursive: true, force: true })
    }
  }

  return {
    store<K extends Key, V>(name: string, codec: ValueCodec<V>, keys?: 'bytes') {
      const keyEncoding = keys === undefined ? {} : { keyEncoding: 'binary' as const }
      const database = (): Database<Uint8Array, K> =>
        root.openDB({ name, encoding: 'binary', ...keyEncoding })
      const { store, reopen } = openStore<K, V>(database(), codec)
      reopenStores.push(() => reopen(database()))
      return store
    },
    // The names are the root's own keys.
    hasStore: (name) => [...root.getKeys()].includes(name),
    async commit(write) {
      try {
        await root.batch(write)
      } catch (error) {
        hasFailed = true
        throw stateError(await reasonOf(error), directory)
      }
    },
    async copyTo(target) {
      // A checkpoint begins when it likes: the file under it must not be closed.
      // Where there is none, nothing is waited for either: a rewriting that begins in this turn has to find the copy under way.
      if (rewriting !== null) await rewriting.catch(() => undefined)
      if (isClosed) throw new Error(`the state in ${directory} is closed`)
      mkdirSync(target, { recursive: true })
      const copy = root.backup(target, true)
      copying.add(copy)
      try {
        await copy
      } finally {
        copying.delete(copy)
      }
    },
    async rewrite() {
      rewriting = replaceFile()
      try {
        await rewriting
      } finally {
        rewriting = null
      }
    },
    async close() {
      isClosed = true
      await rewriting?.catch(() => undefined)
      await Promise.allSettled(copying)
      // lmdb waits at its end for the sync of the last commit, which never comes for one that failed: an empty one takes its place.
      if (hasFailed) await root.batch(() => undefined).catch(() => undefined)
      const closed = root.close()
      await (hasFailed ? Promise.race([closed, sleep(closeFailedWithinMs)]) : closed)
      ownership.release()
    },
  }
}

const dataName = 'data.mdb'

/**
 * lmdb's writing thread begins when a commit has made all of its writes, not after the first thousand: it is faster than what makes them, and
 * the two would wait for one another again and again, which costs a fifth of the commit's processor time.
 */
const wholeBatch = Number.MAX_SAFE_INTEGER

function openRoot(directory: string, ownership: Ownership, readOnly: boolean): RootDatabase {
  // With lmdb's batches per turn of the event loop, a commit that fails also rejects a promise of its own that nobody can get hold of.
  const sync = readOnly
    ? { readOnly }
    : { overlappingSync: true, eventTurnBatching: false, batchStartThreshold: wholeBatch }
  try {
    refuseWithoutRoom(directory)
    return open({ path: directory, noSubdir: false, maxDbs: 16, ...sync })
  } catch (error) {
    ownership.release()
    throw stateError(error, directory)
  }
}

/** One whose commits fail must not hold up the process that gives it up. */
const closeFailedWithinMs = 2000
const reasonWithinMs = 1000

/** lmdb says that a commit failed, and why in a promise of its own, which it forgets to settle when two failures meet. */
async function reasonOf(thrown: unknown): Promise<Error> {
  const error = asError(thrown)
  if (!('commitError' in error) || !(error.commitError instanceof Promise)) return error
  const reason: Promise<unknown> = error.commitError.catch((why: unknown) => why)
  return asError(await Promise.race([reason, sleep(reasonWithinMs, error, { ref: false })]))
}

let coveredLast: Promise<unknown> | undefined
/** The batch's promise stands for all of its writes; theirs fail with it. Most writes of one batch get the same promise. */
const covered = (write: Promise<unknown>): void => {
  if (write === coveredLast) return
  coveredLast = write
  write.catch(() => undefined)
}

function openStore<K extends Key, V>(
  opened: Database<Uint8Array, K>,
  codec: ValueCodec<V>,
): { readonly store: Store<K, V>; readonly reopen: (database: Database<Uint8Array, K>) => void } {
  let database = opened
  const store: Store<K, V> = {
    get(key) {
      const bytes = database.get(key)
      return bytes === undefined ? undefined : codec.decode(bytes)
    },
    keys: (range) => database.getKeys(rangeOptions(range)),
    entries: (range) =>
      database
        .getRange(rangeOptions(range))
        .map(({ key, value }) => ({ key, value: codec.decode(value) })),
    lastKey() {
      for (const key of database.getKeys({ reverse: true, limit: 1 })) return key
      return undefined
    },
    put(key, value) {
      covered(database.put(key, codec.encode(value)))
    },
    append(key, value) {
      covered(database.put(key, codec.encode(value), appending))
    },
    remove(key) {
      covered(database.remove(key))
    },
  }
  return {
    store,
    reopen(next) {
      database = next
    },
  }
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- lmdb takes options here too, its types name them for `putSync` alone
const appending = { append: true } as unknown as number

const rangeOptions = <K extends Key>({ from, to, limit }: KeyRange<K>) => ({
  ...(from === undefined ? {} : { start: from }),
  ...(to === undefined ? {} : { end: to }),
  ...(limit === undefined ? {} : { limit }),
})
