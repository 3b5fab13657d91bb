import { randomBytes as systemRandom } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { type EpochMs, epochMs, type FragmentId } from '../../event/ids.ts'
import type { JsonValue } from '../../event/event.ts'
import type { OutgoingRecord } from '../../kafka/ports.ts'
import { createRecent } from '../../recent/recent.ts'
import { createDataKey, type DataKey, dataKeyBytes } from './data-key.ts'
import { aboutKey, type KeyChange, keyRecord } from './data-key-record.ts'
import type { MasterKeyId, MasterKeys } from './master-keys.ts'
import type { DataKeyId } from './sealed-text.ts'

export interface FragmentKeysDeps {
  readonly masters: MasterKeys
  /** Fragments whose key is at hand. */
  readonly fragmentsMax: number
  /** When a fragment was erased, if it was: a key from before then seals nothing any more. */
  suppressed(fragment: FragmentId): EpochMs | undefined
  /** Stores keys for all; resolves when they are acknowledged. */
  send(records: readonly OutgoingRecord[]): Promise<void>
  now(): number
  /** Told of each key that is made here. */
  made?(): void
  readonly randomBytes?: (count: number) => Uint8Array
}

/** The data keys of the fragments that a channel meets. */
export interface FragmentKeys {
  /** Seals a value; where its fragment has no key that may be used, with a new one. */
  seal(fragment: FragmentId, place: string, value: JsonValue): string
  /**
   * Sends the keys that were made. Resolves when every key that was used up to now is acknowledged: before that, nothing that it sealed may
   * be sent. null: all are.
   */
  stored(): Promise<void> | null
  /** A change that is on the topic. */
  apply(change: KeyChange): void
}

/** Keys that are ready to seal: they take more than wrapped ones, some kilobyte. */
export const openKeysMax = 20_000
/** Sealed texts at hand: sources tell the same of a person again and again. */
export const recentMax = 50_000

interface Sealed {
  readonly key: DataKey
  readonly text: string
}

interface Entry {
  readonly id: DataKeyId
  readonly madeAt: EpochMs
  /** As latin1, since a buffer of its own takes more than it holds. */
  readonly wrapped: string
  readonly master: MasterKeyId
}

/**
 * One key per fragment, as far as memory goes: a fragment that fell out gets another one, and so do two channels that meet a person at the
 * same time. Each sealed value names its key.
 */
export function createFragmentKeys(deps: FragmentKeysDeps): FragmentKeys {
  const { masters, randomBytes = systemRandom } = deps
  const entries = new LRUCache<FragmentId, Entry>({ max: deps.fragmentsMax })
  const open = new LRUCache<DataKeyId, DataKey>({ max: openKeysMax })
  const recent = createRecent<Sealed>(recentMax)
  /** Of what is sealed and not sent yet: as many as a slice of records has people. */
  let made: OutgoingRecord[] = []
  let sending: Promise<void> | null = null

  const usable = (fragment: FragmentId): DataKey | null => {
    const entry = entries.get(fragment)
    if (entry === undefined || entry.madeAt <= (deps.suppressed(fragment) ?? -1)) return null
    const known = open.get(entry.id)
    if (known !== undefined) return known
    const wrapped = Buffer.from(entry.wrapped, 'latin1')
    const secret = masters.unwrap(wrapped, aboutKey(fragment, entry.id), entry.master)
    if (secret === null) return null
    const key = createDataKey(entry.id, fragment, secret)
    open.set(entry.id, key)
    return key
  }

  const make = (fragment: FragmentId): DataKey => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- here ids are made
    const id = Buffer.from(randomBytes(16)).toString('base64url') as DataKeyId
    const secret = randomBytes(dataKeyBytes)
    const wrapped = masters.wrap(secret, aboutKey(fragment, id))
    const master = masters.current
    const key = createDataKey(id, fragment, secret)
    // Our clock may be behind the one that dated the erasure; the broker's own time follows.
    const madeAt = epochMs(Math.max(deps.now(), (deps.suppressed(fragment) ?? -1) + 1))
    made.push(keyRecord({ fragment, id, master, wrapped, madeAt: null }))
    entries.set(fragment, {
      id,
      madeAt,
      wrapped: Buffer.from(wrapped).toString('latin1'),
      master,
    })
    open.set(id, key)
    deps.made?.()
    return key
  }

  /** What is made meanwhile goes along. */
  const send = async (): Promise<void> => {
    let records: OutgoingRecord[] = []
    try {
      while (made.length > 0) {
        records = made
        made = []
        await deps.send(records)
      }
    } catch (error) {
      // What they sealed may be sent when they are.
      made = [...records, ...made]
      throw error
    } finally {
      // At once: whoever comes after this must not take it for one that sends what was made since.
      sending = null
    }
  }

  return {
    seal(fragment, place, value) {
      const key = usable(fragment) ?? make(fragment)
      if (typeof value !== 'string') return key.seal(place, value)
      const name = `${fragment}\0${value}`
      const known = recent.get(place, name)
      if (known?.key === key) return known.text
      const text = key.seal(place, value)
      recent.set(place, name, { key, text })
      return text
    },
    stored() {
      if (sending === null && made.length > 0) sending = send()
      return sending
    },
    apply(change) {
      if (change.change === 'destroyed') {
        if (entries.peek(change.fragment)?.id === change.id) entries.delete(change.fragment)
        return
      }
      const { fragment, id, madeAt, master, wrapped } = change.record
      const known = entries.peek(fragment)
      // One that is in use stays in use.
      if (
        known !== undefined &&
        known.id !== id &&
        known.madeAt > (deps.suppressed(fragment) ?? -1)
      )
        return
      entries.set(fragment, {
        id,
        madeAt,
        wrapped: Buffer.from(wrapped).toString('latin1'),
        master,
      })
    },
  }
}
