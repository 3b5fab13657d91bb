/* oxlint-disable unicorn/consistent-function-scoping -- a helper stands beside the test that it serves */
/* oxlint-disable typescript/no-unsafe-type-assertion -- tests make brands and matchers up */
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs } from '../event/ids.ts'
import { createInstallationKey, createSealer, loadInstallationKey } from './index.ts'

const bytes = Buffer.from('0123456789abcdef0123456789abcdef')
const key = createInstallationKey(bytes)
const day = epochMs(Date.UTC(2024, 5, 1, 23))
const sealer = createSealer({ key, purpose: 'dead-letter' })
const broken = expect.objectContaining({ code: 'TRB_SEAL_BROKEN' }) as Error

test('the key is the same from a file of bytes, a file of base64 and the variable', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tributary-key-'))
  const [raw, text] = [join(directory, 'raw'), join(directory, 'text')]
  writeFileSync(raw, bytes)
  writeFileSync(text, `${bytes.toString('base64')}\n`)
  const keys = [
    loadInstallationKey({ keyFile: raw, key: null }),
    loadInstallationKey({ keyFile: text, key: null }),
    loadInstallationKey({ keyFile: null, key: bytes.toString('base64') }),
  ]
  rmSync(directory, { recursive: true })
  for (const one of keys) expect(Buffer.from(one.bytes).equals(bytes)).toBe(true)
})

test('a short, missing or unreadable key is refused', () => {
  const invalid = expect.objectContaining({ code: 'TRB_KEY_INVALID' }) as Error
  expect(() => createInstallationKey(bytes.subarray(1))).toThrow(invalid)
  expect(() => loadInstallationKey({ keyFile: '/nowhere', key: null })).toThrow(invalid)
  expect(() => loadInstallationKey({ keyFile: null, key: null })).toThrow(invalid)
  expect(() => loadInstallationKey({ keyFile: null, key: '%%%' })).toThrow(invalid)
})

test('the key does not print', () => {
  expect(inspect(key) + JSON.stringify(key)).not.toContain('0123')
  expect(JSON.stringify(key)).toBe('"[installation key]"')
})

test('each purpose has a key of its own, as RFC 5869 derives it', () => {
  const hmac = (secret: Uint8Array, ...parts: (Uint8Array | string)[]): Buffer =>
    parts.reduce((mac, part) => mac.update(part), createHmac('sha256', secret)).digest()
  const extracted = hmac(Buffer.alloc(32), bytes)
  for (const purpose of ['a', 'dead-letter/2024-06-01']) {
    const expanded = hmac(extracted, purpose, Buffer.from([1]))
    expect(Buffer.from(key.derive(purpose)).equals(expanded)).toBe(true)
  }
})

test('opening what was sealed gives the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (secret) => {
      expect(Buffer.from(sealer.open(sealer.seal(secret, day))).equals(secret)).toBe(true)
    }),
  )
})

test('the day of the key stands in front; another day, key or any changed bit does not open it', () => {
  const sealed = sealer.seal(Buffer.from('secret'), day)
  expect(sealed).toMatch(/^dead-letter\/2024-06-01\.[A-Za-z0-9+/=]+$/)
  expect(sealed).not.toContain(Buffer.from('secret').toString('base64'))
  expect(() => sealer.open(sealed.replace('2024-06-01', '2024-06-02'))).toThrow(broken)
  const other = createSealer({
    key: createInstallationKey(Buffer.alloc(32, 7)),
    purpose: 'dead-letter',
  })
  expect(() => other.open(sealed)).toThrow(broken)
  const flipped = Buffer.from(sealed.split('.')[1] ?? '', 'base64')
  flipped.writeUInt8(flipped.readUInt8(14) ^ 1, 14)
  expect(() => sealer.open(`dead-letter/2024-06-01.${flipped.toString('base64')}`)).toThrow(broken)
  expect(() => sealer.open('plain text')).toThrow(broken)
})
