import { hash } from 'node:crypto'

/** Of the scope, then of the id in it: 72 and 96 of their 128 random bits. How seldom two are the same, docs/adr/0050 says. */
const scopeBytes = 9
const keyBytes = 12
export const idBytes = scopeBytes + keyBytes

/** Of 128 bits. */
const digestLength = 22
const colon = 58

/** Where the digest that an id ends with begins; -1: it ends with none. */
function digestAt(id: string): number {
  const at = id.length - digestLength
  return at === 0 || (at > 0 && id.charCodeAt(at - 1) === colon) ? at : -1
}

/** Of an id that is a digest, or ends with one behind a colon, the beginning of that; of another, of a digest of it. */
function write(target: Buffer, at: number, bytes: number, id: string): void {
  const from = digestAt(id)
  const digits = from === -1 ? '' : id.slice(from, from + (bytes / 3) * 4)
  // What is no base64url is left out, and too few are written.
  if (digits !== '' && target.write(digits, at, bytes, 'base64url') === bytes) return
  hash('sha256', id, 'buffer').copy(target, at, 0, bytes)
}

/** Writes what stands for an id within a scope. */
export function writeIdBytes(target: Buffer, scope: string, key: string): void {
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
