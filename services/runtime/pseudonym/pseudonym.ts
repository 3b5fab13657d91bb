/* oxlint-disable typescript/no-unsafe-type-assertion -- this module makes the branded ids */
import { hash } from 'node:crypto'
import type { EventKey, FragmentId, ProfileId } from '../event/ids.ts'
import { createRecent } from '../recent/recent.ts'

/** Makes pseudonyms under one installation key. */
export interface Pseudonymiser {
  /** `value` must be normalised already. */
  fragmentId(type: string, value: string): FragmentId
}

const blockBytes = 64

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The first 128 bits of a digest in base64url: 21 of its characters, and of the next the first two bits. */
const first128Bits = (digest: string): string =>
  digest.slice(0, 21) + alphabet.charAt(alphabet.indexOf(digest.charAt(21)) & 0b110000)

/** Bytes of a message that need no buffer of their own; longer texts are rare. */
const scratchBytes = 1024

/**
 * Puts texts behind a fixed beginning, in one buffer again and again: good until the next text. A view is made once per length, since
 * making one costs as much as a digest.
 */
function createMessage(beginning: Uint8Array): (text: string) => Uint8Array {
  const from = beginning.length
  const scratch = Buffer.concat([beginning], scratchBytes)
  const views: Uint8Array[] = []
  return (text) => {
    if (from + text.length * 3 > scratchBytes) return Buffer.concat([beginning, Buffer.from(text)])
    const to = from + scratch.write(text, from, 'utf8')
    return (views[to] ??= scratch.subarray(0, to))
  }
}

/**
 * HMAC-SHA-256 (RFC 2104) over (type, NUL, value), truncated to its leftmost 128 bits (RFC 2104 section 5), base64url.
 * Two one-shot digests instead of createHmac: a seventh of the time. Digests come as text: as buffers they take four times as long.
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
  const message = createMessage(inner)
  return {
    fragmentId(type, value) {
      outer.write(hash('sha256', message(`${type}\0${value}`), 'binary'), blockBytes, 'latin1')
      return `${type}:${first128Bits(hash('sha256', outer, 'base64url'))}` as FragmentId
    },
  }
}

const dnsNamespace = Buffer.from('6ba7b8109dad11d180b400c04fd430c8', 'hex')

/** Makes UUIDs of version 5 (RFC 9562) of names in one namespace, of 16 bytes. */
function createUuids(namespace: Uint8Array): (name: string) => string {
  const message = createMessage(namespace)
  return (name) => {
    const hex = hash('sha1', message(name), 'hex')
    const variant = ((Number.parseInt(hex.charAt(16), 16) & 0b11) | 0b1000).toString(16)
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  }
}

/** Namespace of birth ids: UUIDv5(DNS, "tributary.profile"), fixed for ever. */
const profileNamespace = createUuids(dnsNamespace)('tributary.profile')

const birthUuid = createUuids(Buffer.from(profileNamespace.replaceAll('-', ''), 'hex'))

/** The profile id that a fragment is born with: UUIDv5 of its id. */
export const birthProfileId = (fragment: FragmentId): ProfileId => birthUuid(fragment) as ProfileId

/** Fragments that a fold sees again soon: some 10 MB. */
const birthIdsMax = 50_000

/** `birthProfileId` that remembers: for those who ask for the same fragments again and again. */
export function createBirthIds(): (fragment: FragmentId) => ProfileId {
  const remembered = createRecent<ProfileId>(birthIdsMax)
  return (fragment) => {
    let id = remembered.get('birth', fragment)
    if (id === undefined) {
      id = birthProfileId(fragment)
      remembered.set('birth', fragment, id)
    }
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
  return first128Bits(hash('sha256', `${source}\0${eventId}`, 'base64url')) as EventKey
}

/** Partition of an event without a usable identifier: by the hash of (source, event id). */
export function partitionOfEvent(key: EventKey, partitions: number): number {
  return Buffer.from(key, 'base64url').readUInt32BE(0) % partitions
}
