import type { Act } from '../../acts.ts'
import type { LedgerEntry } from '../../ledger.ts'
import type { Random } from '../../random.ts'
import { entryOf, normalEmail } from '../told.ts'

/** What happens to a message, whoever sends it. */
export const mailTypes = {
  mail_sent: 'email_sent',
  mail_delivered: 'email_delivered',
  mail_open: 'email_opened',
  mail_machine_open: 'email_opened',
  mail_click: 'email_clicked',
  mail_bounce: 'email_bounced',
  mail_unsubscribe: 'email_unsubscribed',
  mail_complaint: 'email_complained',
} as const

export type MailKind = keyof typeof mailTypes
export type MailAct = Act & { readonly kind: MailKind }

/** Facts of a message that every platform tells in its own words. */
export interface Letter {
  readonly kind: MailKind
  /** As the platform has it: now and then in capitals. */
  readonly address: string
  readonly campaign: string
  readonly messageId: string
  readonly url: string
  /** What fetched the image or followed the link. */
  readonly userAgent: string
  readonly seconds: number
}

/** Apple's Mail Privacy Protection fetches every image under this name. */
export const privacyProxyAgent = 'Mozilla/5.0'

export function letterOf(random: Random, act: MailAct): Letter {
  return {
    kind: act.kind,
    address: random.chance(0.1) ? act.email.toUpperCase() : act.email,
    campaign: `newsletter-${Math.floor(act.at / 86_400_000 / 7)}`,
    messageId: random.uuid(),
    url: `https://shop.example/${act.product.category}`,
    userAgent: act.kind === 'mail_machine_open' ? privacyProxyAgent : act.device.userAgent,
    seconds: Math.floor(act.at / 1000),
  }
}

/** Whoever unsubscribes or complains wants no more marketing mail. */
const refusals: ReadonlySet<MailKind> = new Set(['mail_unsubscribe', 'mail_complaint'])

/** The truth about a message's event. @param at As exact as the platform tells it; default: to the second. */
export function mailEntry(
  act: MailAct,
  source: string,
  id: string,
  rest: Partial<LedgerEntry> = {},
): LedgerEntry {
  return entryOf(
    { ...act, at: Math.floor(act.at / 1000) * 1000 },
    {
      id,
      source,
      channel: 'email',
      type: mailTypes[act.kind],
      machine: act.kind === 'mail_machine_open',
      consent: refusals.has(act.kind) ? { email_marketing: 'denied' } : {},
      identifiers: [['email', normalEmail(act.email)]],
      ...rest,
    },
  )
}

/** Sixteen bits of FNV-1a in hexadecimal: how the product parts events that a platform gives no id (services/runtime/channel/README.md). */
export function mark16(text: string): string {
  let hash = 2_166_136_261
  for (const unit of Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)))
    hash = Math.imul(hash ^ unit, 16_777_619) >>> 0
  return ((hash >>> 16) ^ (hash & 65_535)).toString(16)
}
