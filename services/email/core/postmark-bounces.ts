import { type Fields, own, ownText } from '#runtime/channel/core/fields.ts'
import { type Refusal, refusalOfStatus } from '#runtime/channel/core/mail/refusal.ts'
import type { ConsentState } from '#runtime/event/event.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'

interface BounceType {
  /** The number that stands for the name. */
  readonly code: number
  readonly type: EventType
  readonly refusal?: Partial<Refusal>
  readonly consent?: ConsentState
}

export type BounceMeaning = Omit<BounceType, 'code'>

const soft: Refusal = { bounceClass: 'soft', rejectReason: 'bounced' }
const bounced = { type: 'email_bounced' } as const
const rejected = { type: 'email_rejected' } as const

/**
 * What Postmark sends as a bounce is whatever came back: failures, but also vacation replies, requests to unsubscribe and complaints.
 * https://postmarkapp.com/developer/api/bounce-api#bounce-types
 */
export const bounceTypes = {
  HardBounce: { code: 1, ...bounced, refusal: { bounceClass: 'hard', rejectReason: 'bounced' } },
  Transient: { code: 2, ...bounced, refusal: soft },
  Unsubscribe: { code: 16, type: 'email_unsubscribed', consent: 'denied' },
  Subscribe: { code: 32, type: 'email_subscribed', consent: 'granted' },
  AutoResponder: { code: 64, type: 'custom:AutoResponder' },
  AddressChange: { code: 128, type: 'custom:AddressChange' },
  DnsError: { code: 256, ...bounced, refusal: soft },
  SpamNotification: {
    code: 512,
    ...bounced,
    refusal: { bounceClass: 'block', rejectReason: 'spam' },
  },
  OpenRelayTest: { code: 1024, type: 'custom:OpenRelayTest' },
  Unknown: { code: 2048, ...bounced },
  SoftBounce: { code: 4096, ...bounced, refusal: soft },
  VirusNotification: {
    code: 8192,
    ...bounced,
    refusal: { bounceClass: 'block', rejectReason: 'other' },
  },
  ChallengeVerification: { code: 16_384, type: 'custom:ChallengeVerification' },
  BadEmailAddress: {
    code: 100_000,
    ...bounced,
    refusal: { bounceClass: 'hard', rejectReason: 'invalid' },
  },
  SpamComplaint: { code: 100_001, type: 'email_complained', consent: 'denied' },
  ManuallyDeactivated: { code: 100_002, ...rejected, refusal: { rejectReason: 'blocked' } },
  Unconfirmed: { code: 100_003, ...rejected, refusal: { rejectReason: 'other' } },
  Blocked: {
    code: 100_006,
    ...bounced,
    refusal: { bounceClass: 'block', rejectReason: 'blocked' },
  },
  // The recipient is suppressed, for a reason that is not told; only messages that came by SMTP.
  SMTPApiError: { code: 100_007, ...rejected, refusal: { rejectReason: 'blocked' } },
  InboundError: { code: 100_008, type: 'custom:InboundError' },
  DMARCPolicy: {
    code: 100_009,
    ...bounced,
    refusal: { bounceClass: 'block', rejectReason: 'blocked' },
  },
  TemplateRenderingFailed: { code: 100_010, ...rejected, refusal: { rejectReason: 'other' } },
} as const satisfies Readonly<Record<string, BounceType>>

type BounceName = keyof typeof bounceTypes

const isBounceName = (name: string): name is BounceName => Object.hasOwn(bounceTypes, name)

const nameByCode: ReadonlyMap<unknown, string> = new Map(
  Object.entries(bounceTypes).map(([name, { code }]) => [code, name]),
)

/** The documented type of a bounce, by its name or else its number; undefined: neither is known. */
export function bounceNameOf(item: Fields): BounceName | undefined {
  const name = ownText(item, 'Type') ?? nameByCode.get(own(item, 'TypeCode'))
  return name !== undefined && isBounceName(name) ? name : undefined
}

/** A bounce that is not classified goes by what the receiving server said, which is kept whatever it is. */
export function bounceMeaning(item: Fields): BounceMeaning {
  const name = bounceNameOf(item)
  const known: BounceMeaning = name === undefined ? bounced : bounceTypes[name]
  if (known.type !== 'email_bounced' || known.refusal !== undefined) return known
  const said = refusalOfStatus(ownText(item, 'Details')?.replace(/^smtp;\s*/, ''))
  return { ...known, refusal: said ?? { bounceClass: 'soft', rejectReason: 'other' } }
}
