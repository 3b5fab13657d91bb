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
  writeValue,
  written,
} from './write-message-pack.ts'

/** As a list of pairs. */
function writeMap<V>(map: ReadonlyMap<string, V>, write: (value: V) => void): void {
  writeListOf(map.size)
  for (const [key, value] of map) {
    writeListOf(2)
    writeText(key)
    write(value)
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

function writeDeclarations({ basisAt, declared }: ConsentDeclarations): void {
  writeListOf(declared === null ? 1 : 3)
  writeTime(basisAt)
  if (declared === null) return
  writeText(declared.state)
  writeNumber(declared.at)
}

function writeMembership(membership: Membership): void {
  writeListOf(6)
  writeBoolean(membership.member)
  writeTime(membership.enteredAt)
  writeTime(membership.exitedAt)
  writeText(membership.ruleHash)
  writeNumber(membership.definition)
  writeObject(membership.because)
}

function writeContent({ features, traits, consent, seen }: FragmentContent): void {
  writeListOf(4)
  writeMap(features, writeList)
  writeMap(traits, writeList)
  writeMap(consent, writeDeclarations)
  writeSeen(seen)
}

function writeFragment({ assigned, erasedAt, expiredAt, content, pace }: Fragment): void {
  const isExpired = expiredAt >= 0
  // Most fragments of most channels have no pace: then there is no such place.
  writeListOf(isExpired ? 5 : pace === null ? 3 : 4)
  writeText(assigned)
  writeNumber(erasedAt)
  writeContent(content)
  if (pace !== null) writeList([pace.clicks, pace.delivery, pace.windows])
  else if (isExpired) writeNull()
  if (isExpired) writeNumber(expiredAt)
}

function writeProfile(profile: Profile): void {
  writeListOf(7)
  writeMap(profile.members, writeContent)
  writeValue(profile.own)
  writeMap(profile.segments, writeMembership)
  writeValue(profile.timer)
  writeValue(profile.shown)
  writeValue(profile.askedAt)
  writeValue(profile.thinned)
}

/** The bytes of codec.ts's packed form, without making the form. */
export const packFragment = (fragment: Fragment): Uint8Array =>
  written(() => writeFragment(fragment))

export const packProfile = (profile: Profile): Uint8Array => written(() => writeProfile(profile))
