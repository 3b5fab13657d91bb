import { createHash } from 'node:crypto'

/** A profile id for a number, where nobody decides who is who: version 4 in form, always the same. */
export function personId(n: number): string {
  const hex = createHash('sha256').update(`person ${n}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
