import type { RoutedEvent } from '../event/event.ts'
import { channels } from '../event/vocabulary.ts'
import type { AvroPen } from './avro-pen.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Message } from './messages.ts'

/*
 * Events are nearly all that channels send: they are written by hand, in the order of the fields of frame.avsc, in a third of the time that it takes
 * to make avsc's object of each and to have it written. avsc writes the rest, and what is odd; a test holds both to the same bytes.
 */

/** Place of Event among the bodies of frame.avsc, and of null and the other one in a union of null with a type. */
export const eventBranch = 0
export const nullBranch = 0
export const valueBranch = 1

export const traitKinds = ['declared', 'observed', 'inferred'] as const
export const parties = ['first', 'third'] as const

/** Writes the message of an event; false: it is none, or odd, and avsc has to write it. */
export function writeEventMessage(pen: AvroPen, { position, body }: Message): boolean {
  if (body.kind !== 'event' || body.place !== undefined) return false
  const [offset, index, effect] = position
  pen.long(offset)
  pen.int(index)
  pen.int(effect)
  pen.small(eventBranch)
  writeEvent(pen, body.event)
  return !pen.isOdd
}

function writeEvent(pen: AvroPen, event: RoutedEvent): void {
  pen.text(event.eventId)
  pen.text(event.eventKey)
  writeTextOrNull(pen, event.fragment)
  writeSymbol(pen, channels.indexOf(event.channel))
  pen.text(event.source)
  pen.text(event.type)
  pen.long(event.occurredAt)
  pen.long(event.receivedAt)
  writeIdentifiers(pen, event.identifiers)
  pen.text(canonicalJson(event.traits))
  writeSymbol(pen, traitKinds.indexOf(event.traitKind))
  writeSymbol(pen, parties.indexOf(event.party))
  pen.text(consentText(event.consent))
  writeTextOrNull(pen, event.machine)
  pen.text(canonicalJson(event.properties))
  if (event.schemaId === null) pen.small(nullBranch)
  else {
    pen.small(valueBranch)
    pen.int(event.schemaId)
  }
  pen.boolean(event.unknownType)
  writeFlags(pen, event.flags)
}

function writeSymbol(pen: AvroPen, index: number): void {
  if (index < 0) pen.isOdd = true
  else pen.small(index)
}

function writeTextOrNull(pen: AvroPen, text: string | null): void {
  if (text === null) {
    pen.small(nullBranch)
    return
  }
  pen.small(valueBranch)
  pen.text(text)
}

function writeIdentifiers(pen: AvroPen, identifiers: RoutedEvent['identifiers']): void {
  if (identifiers.length > 0) {
    pen.long(identifiers.length)
    for (const { id, blocked } of identifiers) {
      pen.text(id)
      writeTextOrNull(pen, blocked)
    }
  }
  pen.small(0)
}

function writeFlags(pen: AvroPen, flags: readonly string[]): void {
  if (flags.length > 0) {
    pen.long(flags.length)
    for (const flag of flags) pen.text(flag)
  }
  pen.small(0)
}

let lastConsent: RoutedEvent['consent'] = {}
let lastConsentText = '{}'

/** Without an answer of the person, consent is the same object in all events of a source. */
function consentText(consent: RoutedEvent['consent']): string {
  if (consent !== lastConsent) {
    lastConsentText = canonicalJson(consent)
    lastConsent = consent
  }
  return lastConsentText
}
