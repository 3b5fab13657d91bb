import { type Fields, own, ownText } from '#runtime/channel/core/fields.ts'
import type { Scalar } from '#runtime/event/event.ts'
import type { ResendReading } from './resend-reading.ts'
import { otherFields } from './sender-text.ts'

const ownNames: ReadonlySet<string> = new Set(['email', 'first_name', 'last_name', 'created_at'])

function traitsOf(data: Fields, name: string): Readonly<Record<string, Scalar>> {
  const traits: Record<string, Scalar> = {}
  if (name !== 'contact.created' && name !== 'contact.updated') return traits
  for (const trait of ['first_name', 'last_name']) {
    const value = ownText(data, trait)
    if (value !== undefined) traits[trait] = value
  }
  return traits
}

/**
 * A contact, or an address that Resend writes to no more or again. Contacts are told whole whatever has changed: that one is not
 * unsubscribed is how each begins, and no answer of anybody's; that one is, is an answer.
 */
export function readContact(item: Fields, data: Fields, name: string): ResendReading {
  const id = ownText(data, 'id')
  const created = ownText(item, 'created_at')
  return {
    person: ownText(data, 'email'),
    eventId: id === undefined || created === undefined ? null : `${name}/${id}/${created}`,
    time: undefined,
    denies:
      own(data, 'unsubscribed') === true ||
      (name === 'suppression.added' && own(data, 'origin') === 'complaint'),
    machine: null,
    traits: traitsOf(data, name),
    custom: undefined,
    extras: otherFields(data, ownNames),
    facts: { recipient: own(data, 'email'), messageId: undefined },
  }
}
