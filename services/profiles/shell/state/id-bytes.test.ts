import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idBytes, scopeRange, writeIdBytes } from './id-bytes.ts'

const digest = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'))
const anyScope = fc.oneof(
  fc.tuple(fc.constantFrom('email', 'web_cookie'), digest).map((parts) => parts.join(':')),
  fc.constant('unattributed'),
  fc.string(),
)
const anyKey = fc.oneof(digest, fc.string())

function bytesOf(scope: string, key: string): Buffer {
  const bytes = Buffer.alloc(idBytes, 0xaa)
  writeIdBytes(bytes, scope, key)
  return bytes
}

test('a digest stands for itself, as far as it goes', () => {
  const scope = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
  const key = Buffer.from('ffeeddccbbaa99887766554433221100', 'hex')
  expect(bytesOf(`email:${scope.toString('base64url')}`, key.toString('base64url'))).toEqual(
    Buffer.concat([scope.subarray(0, 9), key.subarray(0, 12)]),
  )
})

test('different ids have different bytes, also those that are no digests', () => {
  fc.assert(
    fc.property(anyScope, anyKey, anyScope, anyKey, (scope, key, otherScope, otherKey) => {
      fc.pre(scope !== otherScope || key !== otherKey)
      fc.pre(scope.slice(-22) !== otherScope.slice(-22) || key !== otherKey)
      expect(bytesOf(scope, key).equals(bytesOf(otherScope, otherKey))).toBe(false)
    }),
  )
})

test('the range of a scope has its ids, and no other scope’s', () => {
  fc.assert(
    fc.property(anyScope, anyKey, anyScope, (scope, key, other) => {
      const { from, to } = scopeRange(scope)
      const isWithin = (bytes: Buffer): boolean => bytes.compare(from) >= 0 && bytes.compare(to) < 0
      expect(isWithin(bytesOf(scope, key))).toBe(true)
      fc.pre(other.slice(-22) !== scope.slice(-22))
      expect(isWithin(bytesOf(other, key))).toBe(false)
    }),
  )
})
