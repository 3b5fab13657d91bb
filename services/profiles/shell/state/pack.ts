import type {
  ConsentDeclarations,
  Fragment,
  FragmentContent,
  Membership,
  Profile,
  Seen,
} from '../../core/state.ts'
import {
  writeBoolean,
  writeList,
  writeListOf,
  writeNull,
  writeNumber,
  writeObject,
  writeText,
  writeUuid,
  writeValue,
  written,
} from './write-message-pack.ts'
import type { Names } from './names.ts'

type Write<V> = (value: V, names: Names) => void

function writeName(name: string, names: Names): void {
  const number = names.numberOf(name)
  if (number === undefined) writeText(name)
  else writeNumber(number)
}

/** As a list of pairs. */
function writeMap<V>(
  map: ReadonlyMap<string, V>,
  names: Names,
  writeKey: Write<string>,
  write: Write<V>,
): void {
  writeListOf(map.size)
  for (const [key, value] of map) {
    writeListOf(2)
    writeKey(key, names)
    write(value, names)
  }
}

function writeSeen(seen: Seen | null): void {
  if (seen === null) return writeNull()
  writeListOf(4)
  writeNumber(seen.firstAt)
  writeNumber(seen.lastAt)
  writeNumber(seen.newestReceivedAt)
  writeNumber(seen.events)
}

/** Times or null, most of them null. */
const writeTime = (at: number | null): void => (at === null ? writeNull() : writeNumber(at))

function writeDeclarations({ basisAt, declared }: ConsentDeclarations, names: Names): void {
  writeListOf(declared === null ? 1 : 3)
  writeTime(basisAt)
  if (declared === null) return
  writeName(declared.state, names)
  writeNumber(declared.at)
}

function writeMembership(membership: Membership, names: Names): void {
  writeListOf(6)
  writeBoolean(membership.member)
  writeTime(membership.enteredAt)
  writeTime(membership.exitedAt)
  writeName(membership.ruleHash, names)
  writeNumber(membership.definition)
  writeObject(membership.because)
}

function writeContent({ features, traits, consent, seen }: FragmentContent, names: Names): void {
  writeListOf(4)
  writeMap(features, names, writeName, writeList)
  writeMap(traits, names, writeName, writeList)
  writeMap(consent, names, writeName, writeDeclarations)
  writeSeen(seen)
}

function writeFragment(fragment: Fragment, names: Names): void {
  const { assigned, erasedAt, expiredAt, content, pace } = fragment
  const isExpired = expiredAt >= 0
  // Most fragments of most channels have no pace: then there is no such place.
  writeListOf(isExpired ? 5 : pace === null ? 3 : 4)
  writeUuid(assigned)
  writeNumber(erasedAt)
  writeContent(content, names)
  if (pace !== null) writeList([pace.clicks, pace.delivery, pace.windows])
  else if (isExpired) writeNull()
  if (isExpired) writeNumber(expiredAt)
}

function writeProfile(profile: Profile, names: Names): void {
  writeListOf(7)
  writeMap(profile.members, names, writeText, writeContent)
  writeValue(profile.own)
  writeMap(profile.segments, names, writeName, writeMembership)
  writeValue(profile.timer)
  writeValue(profile.shown)
  writeValue(profile.askedAt)
  writeValue(profile.thinned)
}

/** The bytes of codec.ts's packed form, without making the form. */
export const packFragment = (fragment: Fragment, names: Names): Uint8Array =>
  written(() => writeFragment(fragment, names))

export const packProfile = (profile: Profile, names: Names): Uint8Array =>
  written(() => writeProfile(profile, names))
