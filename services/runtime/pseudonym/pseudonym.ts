/* oxlint-disable typescript/no-unsafe-type-assertion -- this module makes the branded ids */
import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { EventKey, FragmentId, ProfileId } from '../event/ids.ts'

/** Makes pseudonyms under one installation key. */
export interface Pseudonymiser {
  /** `value` must be normalised already. */
  fragmentId(type: string, value: string): FragmentId
}

/** People come back: so many digests are kept at hand, some 10 MB. A digest costs ten to twenty times its look-up. */
const rememberedMax = 50_000

const blockBytes = 64
const pseudonymBytes = 16

/**
 * HMAC-SHA-256 (RFC 2104) over (type, NUL, value), truncated to its leftmost 128 bits (RFC 2104 section 5), base64url.
 * Two one-shot digests instead of createHmac: a seventh of the time.
 * @throws RangeError when the key is shorter than 32 bytes.
 */
export function createPseudonymiser(key: Uint8Array): Pseudonymiser {
  if (key.length < 32)
    throw new RangeError(`the installation key has ${key.length} bytes, 32 are the minimum`)
  const block = key.length > blockBytes ? hash('sha256', key, 'buffer') : Buffer.from(key)
  const inner = Buffer.alloc(blockBytes, 0x36)
  const outer = Buffer.alloc(blockBytes + 32, 0x5c)
  for (const [i, byte] of block.entries()) {
    inner[i] = byte ^ 0x36
    outer[i] = byte ^ 0x5c
  }
  const remembered = new LRUCache<string, FragmentId>({ max: rememberedMax })
  let scratch = Buffer.alloc(1024)
  inner.copy(scratch)
  return {
    fragmentId(type, value) {
      const text = `${type}\0${value}`
      const known = remembered.get(text)
      if (known !== undefined) return known
      const needed = blockBytes + text.length * 3
      if (needed > scratch.length) {
        scratch = Buffer.alloc(needed)
        inner.copy(scratch)
      }
      const written = scratch.write(text, blockBytes, 'utf8')
      hash('sha256', scratch.subarray(0, blockBytes + written), 'buffer').copy(outer, blockBytes)
      const digest = hash('sha256', outer, 'buffer')
      const id = `${type}:${digest.toString('base64url', 0, pseudonymBytes)}` as FragmentId
      remembered.set(text, id)
      return id
    },
  }
}

/** Namespace of birth ids: UUIDv5(DNS, "tributary.profile"), fixed for ever. */
const profileNamespace = uuidV5(
  Buffer.from('6ba7b8109dad11d180b400c04fd430c8', 'hex'),
  'tributary.profile',
)

function uuidV5(namespace: Uint8Array, name: string): Buffer {
  const digest = hash('sha1', Buffer.concat([namespace, Buffer.from(name)]), 'buffer').subarray(
    0,
    16,
  )
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80
  return digest
}

/** The profile id that a fragment is born with: UUIDv5 (RFC 9562) of its id. */
export function birthProfileId(fragment: FragmentId): ProfileId {
  const hex = uuidV5(profileNamespace, fragment).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as ProfileId
}

/** `birthProfileId` that remembers: for those who ask for the same fragments again and again. */
export function createBirthIds(): (fragment: FragmentId) => ProfileId {
  const remembered = new LRUCache<FragmentId, ProfileId>({ max: rememberedMax })
  return (fragment) => {
    const known = remembered.get(fragment)
    if (known !== undefined) return known
    const id = birthProfileId(fragment)
    remembered.set(fragment, id)
    return id
  }
}

/** Partition of `profile.log` that owns a profile: its first 32 bits modulo the partition count. */
export function partitionOfProfile(profile: ProfileId, partitions: number): number {
  return Number.parseInt(profile.slice(0, 8), 16) % partitions
}

/** The home of a fragment: the partition of its birth id. */
export function homeOf(fragment: FragmentId, partitions: number): number {
  return partitionOfProfile(birthProfileId(fragment), partitions)
}

/** Identity of an event across redeliveries: base64url of the leftmost 128 bits of SHA-256(source, NUL, event id). */
export function eventKeyOf(source: string, eventId: string): EventKey {
  return hash('sha256', `${source}\0${eventId}`, 'buffer').toString('base64url', 0, 16) as EventKey
}

/** Partition of an event without a usable identifier: by the hash of (source, event id). */
export function partitionOfEvent(key: EventKey, partitions: number): number {
  return Buffer.from(key, 'base64url').readUInt32BE(0) % partitions
}
