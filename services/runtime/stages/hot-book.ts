import { partitionKey, type TopicPartition } from '../kafka/ports.ts'
import { createHotKeys, type HotKeys } from './hot-keys.ts'

/** What a hot key can be. Pseudonyms and profile ids only. */
export type HotKind = 'fragment' | 'profile' | 'identifier'

export interface HotPartition {
  readonly at: TopicPartition
  readonly kind: HotKind
  readonly keys: HotKeys
}

/** The hot keys of each partition. What is counted into stays the same object, whoever owns the partition meanwhile. */
export interface HotBook {
  of(at: TopicPartition, kind: HotKind): HotKeys
  /** The partition is read here, or no more. */
  show(at: TopicPartition, shown: boolean): void
  /** Of the partitions that are read here. */
  all(): readonly HotPartition[]
}

const windowMs = 60_000
const top = 5

export function createHotBook(): HotBook {
  const books = new Map<string, Map<HotKind, HotPartition>>()
  const shown = new Set<string>()
  return {
    of(at, kind) {
      const book = books.get(partitionKey(at)) ?? new Map<HotKind, HotPartition>()
      books.set(partitionKey(at), book)
      const known = book.get(kind) ?? { at, kind, keys: createHotKeys({ windowMs, top }) }
      book.set(kind, known)
      return known.keys
    },
    show(at, isShown) {
      if (isShown) shown.add(partitionKey(at))
      else shown.delete(partitionKey(at))
    },
    all: () => [...books].flatMap(([key, book]) => (shown.has(key) ? [...book.values()] : [])),
  }
}
