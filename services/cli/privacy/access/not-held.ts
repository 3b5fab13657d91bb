import { lettersOpenedMax } from './find-letters.ts'
import type { HeldFeature, HeldLetters, NotHeld } from './access-view.ts'

const always: readonly NotHeld[] = [
  {
    what: 'E-mail addresses, phone numbers, logins and other identifiers in readable form',
    why: 'They are replaced by codes (pseudonyms) as soon as a message arrives. Only what is listed as a trait, and event properties that the company chose to keep, are readable.',
  },
  {
    what: 'Sensitive data such as health, religion, passwords or payment cards',
    why: 'Fields that look like it are thrown away before anything is stored.',
  },
  {
    what: 'The original messages of websites, mail services and the customer database',
    why: 'They lie in the company’s own message topics, in the systems that sent them and in backups. This report does not read those: ask the company for them.',
  },
  {
    what: 'Names, page addresses and other fields of messages that no rule reads',
    why: 'They are dropped when a message arrives.',
  },
]

/** What is missing from an answer, and why. */
export function notHeld(
  letters: HeldLetters,
  features: readonly HeldFeature[],
): readonly NotHeld[] {
  const withheld = features.some((feature) => feature.withheld)
  return [
    ...always,
    ...(withheld
      ? [
          {
            what: 'Values that serve a purpose which was not agreed to',
            why: 'They go on being counted in the internal state, so that they are right if the person agrees later, and are neither used nor shown. The events that they are counted from are listed.',
          },
        ]
      : []),
    ...(letters.searched && letters.complete && letters.unreadable === 0
      ? []
      : [
          {
            what: 'Some messages that could not be used',
            why: lettersWhy(letters),
          },
        ]),
  ]
}

function lettersWhy({
  opened,
  partly,
  searched,
  unreadable,
  without_bytes: withoutBytes,
}: HeldLetters): string {
  if (!searched) return 'They are not searched for a moment of the past.'
  const reasons = [
    ...(unreadable > 0
      ? [`${unreadable} of them were sealed with another key and could not be opened.`]
      : []),
    ...(partly > 0 ? [`${partly} of them hold more than is searched of one message.`] : []),
    ...(withoutBytes > 0
      ? [
          `${withoutBytes} of them were too large to keep: they lie only where they came from, and were not searched.`,
        ]
      : []),
    ...(opened === lettersOpenedMax
      ? ['There may be more of them than are opened for one answer; only the newest were searched.']
      : []),
  ]
  return reasons.join(' ')
}
