import type { FragmentId } from '#runtime/event/ids.ts'
import type { OpenedRecord } from '../../deadletter/open-record.ts'
import { candidatesIn } from './candidates.ts'
import type { LetterReader } from './letter-reader.ts'

/** Whether a record names somebody; `partly`: not in what was looked at of it, and there is more. */
export type Naming = 'named' | 'not_named' | 'partly'

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
      if (!mayBe(type, text)) continue
      const { blocked, value } = screen.normalise(type, text, region)
      if (blocked === null && isSought(pseudonymiser.fragmentId(type, value))) return 'named'
    }
  return complete ? 'not_named' : 'partly'
}

/** RFC 5321: 64 before the sign and 253 behind; and what may stand around it. */
const addressLengthMax = 400
/** As much as is read of a number. */
const phoneLengthMax = 250

/** What is told at a glance: to normalise an address or a number takes many times as long as an id, the more of it the longer. */
function mayBe(type: string, text: string): boolean {
  switch (type) {
    case 'email':
      // What stands in brackets is looked at by itself.
      return text.length <= addressLengthMax && text.includes('@') && !text.includes('<')
    case 'phone':
      return text.length <= phoneLengthMax && digits.test(text)
    default:
      return true
  }
}

/** No country's numbers are shorter, with its code. */
const digits = /(?:\p{Nd}\P{Nd}*){4}/u
