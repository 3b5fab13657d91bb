/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { describe, expect, it } from 'vitest'
import { epochMs, type FragmentId, offset } from '#runtime/event/ids.ts'
import {
  aboutKey,
  createMasterKeys,
  type DataKeyId,
  keyChange,
  keyTombstone,
} from '#runtime/keys/data-keys/index.ts'
import type { FoundKey } from './read-data-keys.ts'
import { rotate } from './rotate.ts'

const ada = 'email:ada' as FragmentId
const id = 'AAAAAAAAAAAAAAAAAAAAAA' as DataKeyId
const secret = new Uint8Array(32).fill(7)
const [old, other] = [1, 2].map((n) => new Uint8Array(32).fill(n)) as [Uint8Array, Uint8Array]
const before = createMasterKeys([old])
const both = createMasterKeys([other, old])

const found: FoundKey = {
  fragment: ada,
  id,
  master: before.current,
  wrapped: before.wrap(secret, aboutKey(ada, id)),
  madeAt: epochMs(1000),
  offset: offset(5),
}
const never = (): undefined => undefined

describe('a rotation', () => {
  it('wraps a data key anew and keeps when it was made, so that an erasure still knows it', () => {
    const turn = rotate(found, both, never)
    if (turn.turn !== 'wrapped') throw new Error(turn.turn)
    const read = keyChange({
      ...turn.record,
      offset: offset(9),
      timestamp: epochMs(9000),
      headers: {},
    })
    if (read.change !== 'made') throw new Error(read.change)
    expect(read.record).toMatchObject({ id, fragment: ada, master: both.current, madeAt: 1000 })
    const only = createMasterKeys([other])
    expect(only.unwrap(read.record.wrapped, aboutKey(ada, id), both.current)).toEqual(
      Buffer.from(secret),
    )
    expect(rotate({ ...read.record, offset: offset(9) }, both, never)).toEqual({ turn: 'kept' })
  })

  it('leaves alone what no master key opens that is given here', () => {
    expect(rotate(found, createMasterKeys([other]), never)).toEqual({ turn: 'closed' })
  })

  it('destroys a key of somebody who was erased since, rather than to bring it back', () => {
    const destroyed = { turn: 'destroyed', record: keyTombstone(ada, id) }
    expect(rotate(found, both, () => epochMs(1000))).toEqual(destroyed)
    expect(rotate(found, both, () => epochMs(999))).toMatchObject({ turn: 'wrapped' })
  })
})
