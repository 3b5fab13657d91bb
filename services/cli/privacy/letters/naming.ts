import type { CountryCode } from '#runtime/channel/core/identifiers/phone.ts'
import { fnv1a } from '#runtime/digest/fnv1a.ts'
import { type FragmentId, typeOf } from '#runtime/event/ids.ts'
import { createKnown } from '#runtime/recent/known.ts'
import { type OpenedRecord, openHeaders, openRecord } from '../../deadletter/open-record.ts'
import type { SealedRecord } from '../../deadletter/read-letters.ts'
import { candidatesIn } from './candidates.ts'
import type { LetterReader } from './letter-reader.ts'
import { phoneReadings } from './phone-readings.ts'

/** Whether a record names somebody; `partly`: not in what was looked at of it, and there is more. */
export type Naming = 'named' | 'not_named' | 'partly'

/** `closed`: sealed under another key, or damaged; `without_bytes`: they were too many to keep, and its headers name none of the sought. */
export type LetterNaming = Naming | 'closed' | 'without_bytes'

/** Says of one dead letter after the other whether it names somebody. */
export interface LetterSearch {
  /** @param counts Whether this letter is asked for her. Left out: it is. */
  look(
    letter: Pick<SealedRecord, 'payload' | 'headers'>,
    counts?: (fragment: FragmentId) => boolean,
  ): LetterNaming
}

/** Texts that are known to name nobody: names of fields, above all, which come with each letter of a source. Some ten megabytes. */
export const strangersMax = 100_000

export function createLetterSearch(
  reader: LetterReader,
  sought: ReadonlySet<FragmentId>,
): LetterSearch {
  const { pseudonymiser, region, screen, sealer } = reader
  const types = [...new Set([...sought].map(typeOf))]
  const strangers = createKnown<true>(strangersMax)
  /** Digests of texts that came once: most come no second time, and to remember one costs as much as a pseudonym. */
  const met = new Uint32Array(2 ** 16)
  const isMetAgain = (text: string): boolean => {
    const digest = fnv1a(text)
    const place = digest % met.length
    if (met[place] === digest) return true
    met[place] = digest
    return false
  }

  /** Whom a text stands for, if it is one of the sought and no junk: a pseudonym of it under each of their types. */
  const namedBy = (text: string): readonly FragmentId[] => {
    if (strangers.get(text) === true) return []
    const found: FragmentId[] = []
    for (const type of types) {
      if (
        !mayBe(type, text, region, (number) => sought.has(pseudonymiser.fragmentId(type, number)))
      )
        continue
      const { blocked, value } = screen.spell(type, text, region)
      if (blocked !== null) continue
      const fragment = pseudonymiser.fragmentId(type, value)
      if (sought.has(fragment) && screen.normalise(type, text, region).blocked === null)
        found.push(fragment)
    }
    if (found.length === 0 && isMetAgain(text)) strangers.set(text, true)
    return found
  }

  const namingOf = (record: OpenedRecord, counts: (fragment: FragmentId) => boolean): Naming => {
    const { complete, texts } = candidatesIn(record)
    for (const text of texts) if (namedBy(text).some(counts)) return 'named'
    return complete ? 'not_named' : 'partly'
  }

  return {
    look({ headers: sealed, payload }, counts = () => true) {
      if (payload !== '') {
        const record = openRecord({ payload, headers: sealed }, sealer)
        return record === null ? 'closed' : namingOf(record, counts)
      }
      const headers = openHeaders(sealed, sealer)
      if (headers === null) return 'closed'
      const naming = namingOf({ value: new Uint8Array(0), headers }, counts)
      return naming === 'named' ? 'named' : 'without_bytes'
    },
  }
}

/** RFC 5321: 64 before the sign and 253 behind; and what may stand around it. */
const addressLengthMax = 400
/** As much as is read of a number. */
const phoneLengthMax = 250

/** What is told at a glance: to spell an address or a number takes many times as long as an id, the more of it the longer. */
function mayBe(
  type: string,
  text: string,
  region: CountryCode | null,
  isSought: (number: string) => boolean,
): boolean {
  switch (type) {
    case 'email':
      // What stands in brackets is looked at by itself.
      return text.length <= addressLengthMax && text.includes('@') && !text.includes('<')
    case 'phone':
      return (
        text.length <= phoneLengthMax &&
        (phoneReadings(text, region)?.some(isSought) ?? mayBeNumber(text, region))
      )
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
