import type { CountryCode } from '#runtime/channel/core/identifiers/phone.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { type OpenedRecord, openHeaders, openRecord } from '../../deadletter/open-record.ts'
import type { SealedRecord } from '../../deadletter/read-letters.ts'
import { candidatesIn } from './candidates.ts'
import type { LetterReader } from './letter-reader.ts'

/** Whether a record names somebody; `partly`: not in what was looked at of it, and there is more. */
export type Naming = 'named' | 'not_named' | 'partly'

/** `closed`: sealed under another key, or damaged; `without_bytes`: they were too many to keep, and its headers name none of the sought. */
export type LetterNaming = Naming | 'closed' | 'without_bytes'

/** Opens a dead letter, and says whether it names somebody. */
export function namingOfLetter(
  letter: Pick<SealedRecord, 'payload' | 'headers'>,
  types: ReadonlySet<string>,
  reader: LetterReader,
  isSought: (fragment: FragmentId) => boolean,
): LetterNaming {
  if (letter.payload !== '') {
    const record = openRecord(letter, reader.sealer)
    return record === null ? 'closed' : namingOf(record, types, reader, isSought)
  }
  const headers = openHeaders(letter.headers, reader.sealer)
  if (headers === null) return 'closed'
  const naming = namingOf({ value: new Uint8Array(0), headers }, types, reader, isSought)
  return naming === 'named' ? 'named' : 'without_bytes'
}

/** Makes a pseudonym, under each of these types, of whatever in a record may be an identifier. */
export function namingOf(
  record: OpenedRecord,
  types: ReadonlySet<string>,
  { pseudonymiser, region, screen }: LetterReader,
  isSought: (fragment: FragmentId) => boolean,
): Naming {
  const { complete, texts } = candidatesIn(record)
  for (const text of texts)
    for (const type of types) {
      if (!mayBe(type, text, region)) continue
      const { blocked, value } = screen.spell(type, text, region)
      if (blocked !== null || !isSought(pseudonymiser.fragmentId(type, value))) continue
      if (screen.normalise(type, text, region).blocked === null) return 'named'
    }
  return complete ? 'not_named' : 'partly'
}

/** RFC 5321: 64 before the sign and 253 behind; and what may stand around it. */
const addressLengthMax = 400
/** As much as is read of a number. */
const phoneLengthMax = 250

/** What is told at a glance: to spell an address or a number takes many times as long as an id, the more of it the longer. */
function mayBe(type: string, text: string, region: CountryCode | null): boolean {
  switch (type) {
    case 'email':
      // What stands in brackets is looked at by itself.
      return text.length <= addressLengthMax && text.includes('@') && !text.includes('<')
    case 'phone':
      return text.length <= phoneLengthMax && mayBeNumber(text, region)
    default:
      return true
  }
}

/** No country's numbers are shorter, with its code; what stands between digits of one is no letter, those of extensions come behind. */
const digits = /^\P{N}*\p{N}(?:[^\p{N}\p{L}]*\p{N}){3}/u
const plus = /[+\uff0b\ufe62\u207a\u208a]/u
/** Between digits: what surrounds a number has no part in it. */
const signInside = /\p{N}[^@]*@.*\p{N}/su

const mayBeNumber = (text: string, region: CountryCode | null): boolean =>
  (region !== null || plus.test(text)) && digits.test(text) && !signInside.test(text)
