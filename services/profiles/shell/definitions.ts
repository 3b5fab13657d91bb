import { LRUCache } from 'lru-cache'
import { TributaryError } from '#runtime/errors/index.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { definitionAt, followDefinitions } from '#runtime/definition/deploy/definition-log.ts'
import { createDefinitionCache } from '#runtime/definition/load-definition.ts'
import type { DefinitionVersion } from '#runtime/event/ids.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import type { DefinitionRecord } from '#runtime/log/definitions-record.ts'

/** Compiled definitions by version, as the fold asks for them. */
export interface Definitions {
  /** @throws TributaryError TRB_INTERNAL when the version was not waited for. */
  get(version: DefinitionVersion): CompiledDefinition
  /** Resolves when the version is there; rejects when following the topic failed, or on `stop`. */
  waitFor(version: DefinitionVersion): Promise<void>
}

export interface FollowedDefinitions extends Definitions {
  stop(): Promise<void>
}

interface Waiter {
  readonly version: DefinitionVersion
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Definitions without a topic: those that are put in. */
export interface DefinitionShelf extends Definitions {
  put(text: string, version: DefinitionVersion, notify?: true): void
  fail(error: unknown): void
}

type Shelved = Pick<DefinitionRecord, 'content' | 'notify'>

/** Texts of some 20 KiB each, far more than partitions that replay at once can need. */
export const textsMax = 1000

/**
 * Keeps the texts of the versions that were needed last and compiles one when it is first asked for.
 * @param readAgain gives the text of an older version that was put in before and is not kept any more.
 */
export function createDefinitionShelf(
  readAgain?: (version: DefinitionVersion) => Promise<Shelved>,
): DefinitionShelf {
  const cache = createDefinitionCache()
  const texts = new LRUCache<DefinitionVersion, Shelved>({ max: textsMax })
  let newest = -1
  let waiters: Waiter[] = []
  let failure: { readonly error: unknown } | null = null
  return {
    get(version) {
      const shelved = texts.get(version)
      if (shelved !== undefined) return cache.load(shelved.content, version, shelved)
      throw new TributaryError(
        'TRB_INTERNAL',
        `definition ${version} was not read before it was needed`,
      )
    },
    async waitFor(version) {
      if (texts.get(version) !== undefined) return
      if (failure !== null) throw failure.error
      if (version <= newest && readAgain !== undefined) {
        texts.set(version, await readAgain(version))
        return
      }
      await new Promise<void>((resolve, reject) => {
        waiters.push({ version, resolve, reject })
      })
    },
    put(content, version, notify) {
      texts.set(version, { content, notify })
      newest = Math.max(newest, version)
      for (const waiter of waiters) if (waiter.version === version) waiter.resolve()
      waiters = waiters.filter((waiter) => waiter.version !== version)
    },
    fail(error) {
      failure = { error }
      for (const { reject } of waiters) reject(error)
      waiters = []
    },
  }
}

/** Follows `pipeline.definitions` until `stop`. */
export function followedDefinitions(
  reader: PartitionReader,
  topic: string,
  onFailure: (error: unknown) => void,
): FollowedDefinitions {
  const shelf = createDefinitionShelf(async (version) => {
    const stored = await definitionAt(reader, topic, version)
    if (stored !== null) return stored
    throw new TributaryError('TRB_OFFSET_LOST', `definition ${version} is not on ${topic} any more`)
  })
  const stopping = new AbortController()
  const following = followDefinitions(
    reader,
    topic,
    ({ content, notify, version }) => shelf.put(content, version, notify),
    stopping.signal,
  ).catch((error: unknown) => {
    shelf.fail(error)
    if (!stopping.signal.aborted) onFailure(error)
  })
  return {
    get: (version) => shelf.get(version),
    waitFor: async (version) => shelf.waitFor(version),
    async stop() {
      stopping.abort()
      await following
      shelf.fail(new TributaryError('TRB_INTERNAL', 'definitions are no longer followed'))
    },
  }
}
