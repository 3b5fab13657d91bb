import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../event/event.ts'
import { epochMs, type FragmentId, offset } from '../../event/ids.ts'
import type { OutgoingRecord } from '../../kafka/ports.ts'
import { createInstallationKey } from '../installation-key.ts'
import {
  createDataKey,
  createMasterKeys,
  type DataKeyId,
  isSealed,
  keyChange,
  keyRecord,
  keyTombstone,
  loadMasterKeys,
  propertyPlace,
  traitPlace,
} from './index.ts'

/* oxlint-disable typescript/no-unsafe-type-assertion -- ids of a test */
const id = 'AAAAAAAAAAAAAAAAAAAAAA' as DataKeyId
const otherId = 'BBBBBBBBBBBBBBBBBBBBBB' as DataKeyId
const ada = 'email:ada' as FragmentId
const ben = 'email:ben' as FragmentId
/* oxlint-enable typescript/no-unsafe-type-assertion */
const secret = new Uint8Array(32).fill(7)
const place = traitPlace('first_name')
const key = createDataKey(id, ada, secret)
const values = fc
  .jsonValue()
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse gives JSON
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue)
  .filter((value) => !JSON.stringify(value).includes('-0'))

const nonce = (value: string): string =>
  Buffer.from(key.seal(place, value).split(':')[3] ?? '', 'base64url')
    .subarray(0, 12)
    .toString('hex')

const broken = { code: 'TRB_SEAL_BROKEN' }

describe('a sealed value', () => {
  it('opens to what was sealed, whatever it is, and shows nothing of it', () => {
    fc.assert(
      fc.property(values, (value) => {
        const sealed = key.seal(place, value)
        expect(isSealed(sealed)).toBe(true)
        expect(key.open(sealed, place)).toEqual(value)
      }),
    )
    const sealed = key.seal(place, 'Ada Lovelace')
    expect(sealed).not.toContain('Ada')
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('Ada')
  })

  it('is the same text whenever the same is told of the same person again, and another for any other place, value, key or person', () => {
    const sealed = key.seal(place, 'Ada')
    expect(key.seal(place, 'Ada')).toBe(sealed)
    const others = [
      key.seal(traitPlace('last_name'), 'Ada'),
      key.seal(place, 'Bea'),
      createDataKey(otherId, ada, secret).seal(place, 'Ada'),
      createDataKey(id, ben, secret).seal(place, 'Ada'),
    ]
    expect(new Set([sealed, ...others]).size).toBe(5)
  })

  it('never uses a nonce for two values', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 50 }), (texts) => {
        expect(new Set(texts.map(nonce)).size).toBe(texts.length)
      }),
    )
  })

  it('of two names that are not far from each other in length does not tell which it is', () => {
    expect(key.seal(place, 'Bo').length).toBe(key.seal(place, 'Wolfeschlegelstein').length)
  })

  it('does not open for another fragment, another place, another key, or after any change', () => {
    const sealed = key.seal(place, 'Ada')
    expect(() => createDataKey(id, ben, secret).open(sealed, place)).toThrow(
      expect.objectContaining(broken),
    )
    expect(() => key.open(sealed, propertyPlace('first_name'))).toThrow(
      expect.objectContaining(broken),
    )
    expect(() => createDataKey(otherId, ada, secret).open(sealed, place)).toThrow(
      expect.objectContaining(broken),
    )
    expect(() => createDataKey(id, ada, new Uint8Array(32)).open(sealed, place)).toThrow(
      expect.objectContaining(broken),
    )
    for (let at = sealed.lastIndexOf(':') + 1; at < sealed.length - 1; at += 1) {
      const other = sealed[at] === 'A' ? 'B' : 'A'
      expect(() => key.open(sealed.slice(0, at) + other + sealed.slice(at + 1), place)).toThrow(
        expect.objectContaining(broken),
      )
    }
  })

  it('is told from any other text by its form alone', () => {
    fc.assert(fc.property(fc.string(), (text) => !isSealed(text)))
    for (const text of [
      'sealed:1:',
      `sealed:1:${id}:`,
      `sealed:2:${id}:${'A'.repeat(60)}`,
      7,
      null,
    ])
      expect(isSealed(text)).toBe(false)
  })
})

const masterBytes = (n: number): Uint8Array => createHash('sha256').update(String(n)).digest()
const none = { masterKeysFile: null, masterKeys: null, masterKeysCommand: null }
const base64 = (n: number): string => Buffer.from(masterBytes(n)).toString('base64')

describe('master keys', () => {
  it('open what any of them wrapped, for its own fragment and key alone', () => {
    const old = createMasterKeys([masterBytes(1)])
    const both = createMasterKeys([masterBytes(2), masterBytes(1)])
    const wrapped = old.wrap(secret, 'email:ada/A')
    expect(both.unwrap(wrapped, 'email:ada/A', old.current)).toEqual(Buffer.from(secret))
    expect(() => both.unwrap(wrapped, 'email:ben/A', old.current)).toThrow(
      expect.objectContaining(broken),
    )
    expect(createMasterKeys([masterBytes(2)]).unwrap(wrapped, 'email:ada/A', old.current)).toBe(
      null,
    )
  })

  it('are derived from the installation key unless the file lists them, and it goes on opening', () => {
    const installation = createInstallationKey(masterBytes(9))
    const derived = loadMasterKeys(none, [installation])
    const listed = loadMasterKeys({ ...none, masterKeys: `${base64(1)}\n${base64(2)}` }, [
      installation,
    ])
    expect(derived.ids).toEqual([derived.current])
    expect(listed.ids).toHaveLength(3)
    expect(listed.current).not.toBe(derived.current)
    const wrapped = derived.wrap(secret, 'about')
    expect(listed.unwrap(wrapped, 'about', derived.current)).toEqual(Buffer.from(secret))
    // First given to all processes beside the old one, then put first: nobody meets what it can't open.
    const before = loadMasterKeys({ ...none, masterKeys: `installation ${base64(1)}` }, [
      installation,
    ])
    expect(before.current).toBe(derived.current)
    expect(before.ids).toContain(listed.current)
  })

  it('that are none are refused without being shown', () => {
    const installation = [createInstallationKey(masterBytes(9))]
    for (const masterKeys of ['c2hvcnQ=', 'no base64!', `${base64(1)} c2hvcnQ=`])
      expect(() => loadMasterKeys({ ...none, masterKeys }, installation)).toThrow(
        expect.objectContaining({
          code: 'TRB_KEY_INVALID',
          message: expect.not.stringContaining(masterKeys.split(' ').at(-1) ?? '') as unknown,
        }),
      )
    const tooMany = Array.from({ length: 21 }, (_, n) => base64(n)).join(' ')
    expect(() => loadMasterKeys({ ...none, masterKeys: tooMany }, installation)).toThrow(
      /20 are the maximum/,
    )
    expect(
      loadMasterKeys({ ...none, masterKeys: tooMany.split(' ').slice(1).join(' ') }, installation)
        .ids,
    ).toHaveLength(21)
  })
})

const asKafka = ({ key: name, value }: OutgoingRecord) => ({
  key: name,
  value,
  offset: offset(3),
  timestamp: epochMs(1000),
  headers: {},
})

describe('a record of privacy.keys', () => {
  it('says whose key it is, which master key wrapped it, and since when it is there', () => {
    const wrapped = Buffer.from('wrapped')
    const record = { fragment: ada, id, master: 'm', wrapped, madeAt: null }
    expect(keyChange(asKafka(keyRecord(record)))).toEqual({
      change: 'made',
      record: { ...record, madeAt: 1000 },
    })
    expect(keyChange(asKafka(keyRecord({ ...record, madeAt: epochMs(5) })))).toMatchObject({
      record: { madeAt: 5 },
    })
    expect(keyChange(asKafka(keyTombstone(ada, id)))).toEqual({
      change: 'destroyed',
      fragment: ada,
      id,
    })
  })
})
