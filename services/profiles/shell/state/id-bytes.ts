import { hash } from 'node:crypto'

/** Of the scope, then of the id in it: 72 and 96 of their 128 random bits, so that no two are ever the same. */
const scopeBytes = 9
const keyBytes = 12
export const idBytes = scopeBytes + keyBytes

/** Characters that three bytes of base64url are. */
const groupLength = 4
const noDigit = 64
const digits = Uint8Array.from({ length: 128 }, (_, code) => {
  const at = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(
    String.fromCharCode(code),
  )
  return at === -1 ? noDigit : at
})

/** Of 128 bits. */
const digestLength = 22
const colon = 58

/** Where the digest that an id ends with begins; -1: it ends with none. */
function digestAt(id: string): number {
  const at = id.length - digestLength
  return at === 0 || (at > 0 && id.charCodeAt(at - 1) === colon) ? at : -1
}

/** Writes the first bytes of base64url; false: some of it is none. */
function writeDigits(
  target: Uint8Array,
  at: number,
  bytes: number,
  text: string,
  from: number,
): boolean {
  let seen = 0
  for (let byte = 0, index = from; byte < bytes; byte += 3, index += groupLength) {
    let group = 0
    for (let n = index; n < index + groupLength; n++) {
      const code = text.charCodeAt(n)
      const digit = code < 128 ? (digits[code] ?? noDigit) : noDigit
      seen |= digit
      group = (group << 6) | (digit & 63)
    }
    target[at + byte] = group >>> 16
    target[at + byte + 1] = group >>> 8
    target[at + byte + 2] = group
  }
  return seen < noDigit
}

/** Of an id that is a digest, or ends with one behind a colon, the beginning of that; of another, of a digest of it. */
function write(target: Uint8Array, at: number, bytes: number, id: string): void {
  const from = digestAt(id)
  if (from !== -1 && writeDigits(target, at, bytes, id, from)) return
  writeDigits(target, at, bytes, hash('sha256', id, 'base64url'), 0)
}

/** Writes what stands for an id within a scope. */
export function writeIdBytes(target: Uint8Array, scope: string, key: string): void {
  write(target, 0, scopeBytes, scope)
  write(target, scopeBytes, keyBytes, key)
}

/** All of a scope lies from the first to before the second. */
export function scopeRange(scope: string): { readonly from: Uint8Array; readonly to: Uint8Array } {
  const from = Buffer.alloc(scopeBytes)
  write(from, 0, scopeBytes, scope)
  const to = Buffer.alloc(idBytes + 1, 0xff)
  from.copy(to)
  return { from, to }
}
