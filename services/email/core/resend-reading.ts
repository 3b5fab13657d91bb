import type { Fields } from '#runtime/channel/core/fields.ts'
import type { MailFacts } from '#runtime/channel/core/mail/properties.ts'
import type { Scalar } from '#runtime/event/event.ts'

/** What an item says in its own shape: of a message, of a contact, or of an address that Resend does not write to. */
export interface ResendReading {
  /** An address. */
  readonly person: string | undefined
  readonly eventId: string | null
  /** When it happened, where the item knows that better than its `created_at`. */
  readonly time: string | undefined
  /** Whether the person wants no more mail. */
  readonly denies: boolean
  readonly machine: string | null
  readonly traits: Readonly<Record<string, Scalar>>
  /** The sender's own arguments. */
  readonly custom: Fields | undefined
  readonly extras: Fields
  readonly facts: MailFacts
}
