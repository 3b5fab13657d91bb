import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { epochMs } from '../event/ids.ts'
import {
  chooseKey,
  createInstallationKey,
  createRingSealer,
  createSealer,
  loadKeyRing,
} from './index.ts'
import { decodeKeyRecord, encodeKeyRecord } from './key-record.ts'

const keyOf = (byte: number) => createInstallationKey(Buffer.alloc(32, byte))
const [one, two, three] = [keyOf(1), keyOf(2), keyOf(3)]
const base64 = (byte: number): string => Buffer.alloc(32, byte).toString('base64')

test('a key has a fingerprint of 64 bits that another key does not have and that does not hold the key', () => {
  expect(one.id).toMatch(/^[0-9a-f]{16}$/)
  expect(keyOf(1).id).toBe(one.id)
  expect(two.id).not.toBe(one.id)
  expect(inspect(one)).not.toContain('0101')
})

test('a ring holds up to three keys', () => {
  const ring = loadKeyRing({
    keyFile: null,
    key: base64(1),
    keyNext: base64(2),
    keyPrevious: base64(3),
  })
  expect([ring.current.id, ring.next?.id, ring.previous?.id]).toEqual([one.id, two.id, three.id])
  const alone = loadKeyRing({ keyFile: null, key: base64(1), keyNext: null })
  expect([alone.next, alone.previous]).toEqual([null, null])
})

test('the recorded key counts, wherever in the ring it stands; while none is recorded, the current one', () => {
  const ring = { current: one, next: two, previous: three }
  expect(chooseKey(ring, [], 0)).toEqual({ key: one, retired: [], recorded: false })
  const records = [
    { generation: 0, key: three.id },
    { generation: 2, key: one.id },
    { generation: 5, key: two.id },
  ]
  expect(chooseKey(ring, records, 1)).toEqual({ key: three, retired: [], recorded: true })
  expect(chooseKey(ring, records, 4)).toEqual({ key: one, retired: [three], recorded: true })
  expect(chooseKey(ring, records, 5)).toEqual({ key: two, retired: [one, three], recorded: true })
})

test('of two that recorded a key for one generation at once, the first counts', () => {
  const records = [
    { generation: 0, key: two.id },
    { generation: 0, key: one.id },
  ]
  expect(chooseKey({ current: two, next: null, previous: null }, records, 0).key).toBe(two)
  expect(() => chooseKey({ current: one, next: null, previous: null }, records, 0)).toThrow(
    expect.objectContaining({ code: 'TRB_KEY_MISMATCH' }),
  )
})

const chooseOfOthers = () =>
  chooseKey({ current: one, next: three, previous: null }, [{ generation: 0, key: two.id }], 3)

test('a ring without the recorded key is refused, and both fingerprints are told', () => {
  for (const { id } of [one, two, three]) expect(chooseOfOthers).toThrow(id)
  expect(chooseOfOthers).not.toThrow(base64(1))
})

test('a record is JSON with a format; anything else is refused', () => {
  const record = { generation: 3, key: one.id }
  expect(decodeKeyRecord(encodeKeyRecord(record))).toEqual(record)
  for (const text of ['', '{}', '{"format":2,"generation":0,"key":"a"}'])
    expect(() => decodeKeyRecord(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'TRB_FRAME_INVALID' }),
    )
})

test('what an earlier key has sealed opens while that key is given, and what is sealed now opens with the new key alone', () => {
  const day = epochMs(Date.UTC(2024, 5, 1))
  const sealed = createSealer({ key: one, purpose: 'dead-letter' }).seal(Buffer.from('old'), day)
  const ring = createRingSealer({ key: two, retired: [three, one], purpose: 'dead-letter' })
  expect(Buffer.from(ring.open(sealed)).toString()).toBe('old')
  const fresh = ring.seal(Buffer.from('new'), day)
  expect(
    Buffer.from(createSealer({ key: two, purpose: 'dead-letter' }).open(fresh)).toString(),
  ).toBe('new')
  const without = createRingSealer({ key: two, retired: [three], purpose: 'dead-letter' })
  expect(() => without.open(sealed)).toThrow(expect.objectContaining({ code: 'TRB_SEAL_BROKEN' }))
})
