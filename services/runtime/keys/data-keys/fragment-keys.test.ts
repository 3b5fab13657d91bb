import { beforeEach, describe, expect, it } from 'vitest'
import { epochMs, type EpochMs, type FragmentId, offset } from '../../event/ids.ts'
import type { OutgoingRecord } from '../../kafka/ports.ts'
import {
  createFragmentKeys,
  createMasterKeys,
  type FragmentKeys,
  type KeyChange,
  keyChange,
  keyTombstone,
  sealedParts,
} from './index.ts'

/* oxlint-disable typescript/no-unsafe-type-assertion -- ids of a test */
const ada = 'email:ada' as FragmentId
/* oxlint-enable typescript/no-unsafe-type-assertion */
const masters = createMasterKeys([new Uint8Array(32).fill(1)])

let now: number
let erased: Map<FragmentId, EpochMs>
let sends: { readonly records: readonly OutgoingRecord[]; acknowledge(): void; fail(): void }[]

function keysUnderTest(fragmentsMax = 100): FragmentKeys {
  return createFragmentKeys({
    masters,
    fragmentsMax,
    suppressed: (fragment) => erased.get(fragment),
    now: () => now,
    send: async (records) =>
      new Promise((resolve, reject) => {
        sends.push({
          records,
          acknowledge: resolve,
          fail: () => reject(new Error('no acknowledgement')),
        })
      }),
  })
}

beforeEach(() => {
  now = 1000
  erased = new Map()
  sends = []
})

const keyOf = (keys: FragmentKeys, fragment = ada): string =>
  sealedParts(keys.seal(fragment, 'trait/x', 'Ada'))?.keyId ?? ''

const changeOf = (
  { key, value }: OutgoingRecord | undefined = { key: null, value: null },
  at = now,
) => keyChange({ key, value, offset: offset(0), timestamp: epochMs(at), headers: {} })

async function settled(promise: Promise<void> | null): Promise<boolean> {
  let done = promise === null
  void promise?.then(
    () => (done = true),
    () => (done = true),
  )
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
  return done
}

describe('the key of a fragment', () => {
  it('is made once, and must be acknowledged before what it sealed is sent, whoever asks', async () => {
    const keys = keysUnderTest()
    expect(keys.stored()).toBe(null)
    const first = keyOf(keys)
    expect(keyOf(keys)).toBe(first)
    const asked = keys.stored()
    const alsoAsked = keys.stored()
    expect(sends).toHaveLength(1)
    expect([await settled(asked), await settled(alsoAsked)]).toEqual([false, false])
    sends[0]?.acknowledge()
    expect([await settled(asked), await settled(alsoAsked)]).toEqual([true, true])
    expect(keys.stored()).toBe(null)
  })

  it('that is made while others are sent is sent too, before anybody goes on', async () => {
    const keys = keysUnderTest()
    keyOf(keys)
    const first = keys.stored()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    keyOf(keys, 'email:ben' as FragmentId)
    const second = keys.stored()
    sends[0]?.acknowledge()
    expect(await settled(second)).toBe(false)
    expect(sends.map(({ records }) => records.length)).toEqual([1, 1])
    sends[1]?.acknowledge()
    expect([await settled(first), await settled(second)]).toEqual([true, true])
  })

  it('that was not acknowledged is sent again', async () => {
    const keys = keysUnderTest()
    keyOf(keys)
    const asked = keys.stored()
    sends[0]?.fail()
    await expect(asked).rejects.toThrow('no acknowledgement')
    void keys.stored()
    expect(sends[1]?.records).toEqual(sends[0]?.records)
  })

  it('comes from the topic when another process has made it, or this one before its restart', () => {
    const other = keysUnderTest()
    const made = keyOf(other)
    void other.stored()
    const keys = keysUnderTest()
    keys.apply(changeOf(sends[0]?.records[0]))
    expect(keyOf(keys)).toBe(made)
    expect(keys.stored()).toBe(null)
  })

  it('from before an erasure is not used any more, whether its end was heard of or not', () => {
    const keys = keysUnderTest()
    const before = keyOf(keys)
    erased.set(ada, epochMs(1000))
    const after = keyOf(keys)
    expect(after).not.toBe(before)
    // Our clock may be behind the broker's: the new key is used all the same.
    erased.set(ada, epochMs(5000))
    const later = keyOf(keys)
    expect(keyOf(keys)).toBe(later)
    expect(new Set([before, after, later]).size).toBe(3)
  })

  it('that was destroyed is followed by another one', () => {
    const keys = keysUnderTest()
    const before = keyOf(keys)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    keys.apply(changeOf(keyTombstone(ada, before as never)))
    expect(keyOf(keys)).not.toBe(before)
  })

  it('stays the one in use when another channel has made one, too', () => {
    const other = keysUnderTest()
    keyOf(other)
    void other.stored()
    const keys = keysUnderTest()
    const own = keyOf(keys)
    keys.apply(changeOf(sends[0]?.records[0]))
    expect(keyOf(keys)).toBe(own)
  })

  it('wrapped by a master key that is not given here is left to those who have it', () => {
    const keys = keysUnderTest()
    const change: KeyChange = {
      change: 'made',
      record: {
        fragment: ada,
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        id: 'CCCCCCCCCCCCCCCCCCCCCC' as never,
        master: 'unknown',
        wrapped: new Uint8Array(60),
        madeAt: epochMs(1000),
      },
    }
    keys.apply(change)
    expect(keyOf(keys)).not.toBe(change.record.id)
  })

  it('falls out of a memory that is full: the fragment gets another one', () => {
    const keys = keysUnderTest(2)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const names = ['a:1', 'a:2', 'a:3'] as FragmentId[]
    const made = names.map((name) => keyOf(keys, name))
    expect(keyOf(keys, names[2])).toBe(made[2])
    expect(keyOf(keys, names[0])).not.toBe(made[0])
  })
})
