import { type Fields, own, ownText } from '#runtime/channel/core/fields.ts'
import {
  type BounceClass,
  type Refusal,
  type RejectReason,
  refusalOfStatus,
} from '#runtime/channel/core/mail/refusal.ts'

/** Mailjet's table of errors; `preblocked` is an address that bounced recently or repeatedly, and was not written to again. */
const reasons: ReadonlyMap<string, RejectReason> = new Map(
  Object.entries({
    'user unknown': 'bounced',
    'mailbox inactive': 'bounced',
    'quota exceeded': 'bounced',
    blacklisted: 'blocked',
    'spam reporter': 'spam',
    'invalid domain': 'invalid',
    'no mail host': 'bounced',
    'relay/access denied': 'blocked',
    typofix: 'invalid',
    'bad or empty template': 'other',
    'error in template language': 'other',
    'sender blocked': 'blocked',
    'content blocked': 'blocked',
    'policy issue': 'blocked',
    'system issue': 'other',
    'protocol issue': 'other',
    'connection issue': 'other',
    preblocked: 'bounced',
    'duplicate in campaign': 'other',
  } as const),
)

const errorOf = (item: Fields): string => (ownText(item, 'error') ?? '').trim().toLowerCase()

/** `hard_bounce` as events have it, or as older ones wrote it: "1" and "0". undefined: not told. */
function isHard(item: Fields): boolean | undefined {
  const told = own(item, 'hard_bounce')
  if (typeof told === 'boolean') return told
  if (told === '1' || told === 1 || told === 'true') return true
  return told === '0' || told === 0 || told === 'false' ? false : undefined
}

/** A server that asks an unknown sender to come again: Mailjet will. */
export const isGreylisting = (item: Fields): boolean =>
  errorOf(item) === 'greylisted' && isHard(item) !== true

/** An error that is related to `spam` lies with the message or its sender, not with the address. */
function bounceClassOf(item: Fields): BounceClass {
  if (ownText(item, 'error_related_to') === 'spam') return 'block'
  const hard = isHard(item)
  if (hard !== undefined) return hard ? 'hard' : 'soft'
  return refusalOfStatus(ownText(item, 'comment'))?.bounceClass ?? 'soft'
}

export function mailjetRefusal(item: Fields, event: string): Partial<Refusal> | undefined {
  if (event === 'blocked') return { rejectReason: reasons.get(errorOf(item)) ?? 'other' }
  if (event !== 'bounce' || isGreylisting(item)) return undefined
  const bounceClass = bounceClassOf(item)
  const unlisted = bounceClass === 'block' ? 'blocked' : 'bounced'
  return { bounceClass, rejectReason: reasons.get(errorOf(item)) ?? unlisted }
}
