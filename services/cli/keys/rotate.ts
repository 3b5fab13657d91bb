import type { EpochMs, FragmentId } from '#runtime/event/ids.ts'
import type { OutgoingRecord } from '#runtime/kafka/ports.ts'
import {
  aboutKey,
  keyRecord,
  keyTombstone,
  type MasterKeys,
} from '#runtime/keys/data-keys/index.ts'
import type { FoundKey } from './read-data-keys.ts'

/** What becomes of one data key. */
export type Turn =
  | { readonly turn: 'kept' }
  /** Wrapped by the key that wraps now. */
  | { readonly turn: 'wrapped'; readonly record: OutgoingRecord }
  /** Of somebody who was erased since it was made: it should be gone. */
  | { readonly turn: 'destroyed'; readonly record: OutgoingRecord }
  /** No master key that is given here opens it. */
  | { readonly turn: 'closed' }

/** Wraps a data key anew where the key that wraps now has not wrapped it. What it seals stays as it is. */
export function rotate(
  key: FoundKey,
  masters: MasterKeys,
  erasedAt: (fragment: FragmentId) => EpochMs | undefined,
): Turn {
  const { fragment, id, madeAt, master, wrapped } = key
  if (madeAt <= (erasedAt(fragment) ?? -1))
    return { turn: 'destroyed', record: keyTombstone(fragment, id) }
  if (master === masters.current) return { turn: 'kept' }
  const secret = masters.unwrap(wrapped, aboutKey(fragment, id), master)
  if (secret === null) return { turn: 'closed' }
  const anew = masters.wrap(secret, aboutKey(fragment, id))
  return {
    turn: 'wrapped',
    record: keyRecord({ fragment, id, master: masters.current, wrapped: anew, madeAt }),
  }
}
