/* oxlint-disable typescript/no-unsafe-type-assertion -- what the codec wrote is what it reads */
import type { Pseudonym, RoutedEvent, Scalar } from '../event/event.ts'
import { epochMs, type EventKey, type FragmentId } from '../event/ids.ts'
import { channels } from '../event/vocabulary.ts'
import { type AvroCursor, oddBytes } from './avro-cursor.ts'
import { eventBranch, nullBranch, parties, traitKinds, valueBranch } from './event-wire.ts'
import { noFlags, parseObject } from './frame-mapping.ts'
import type { Message } from './messages.ts'

/*
 * As event-wire.ts writes them: events are nearly all that frames carry, and are read by hand. avsc makes an object of each, and a wrapped one for
 * its union, of which another object was made.
 */

/** Reads a message if it is that of an event; null: it is another, and the cursor stands somewhere in it. */
export function readEventMessage(cursor: AvroCursor): Message | null {
  const position = [readLong(cursor), cursor.long(), cursor.long()] as const
  if (cursor.long() !== eventBranch) return null
  return { position, body: { kind: 'event', event: readEvent(cursor) } }
}

function readEvent(cursor: AvroCursor): RoutedEvent {
  const eventId = cursor.rareText()
  const eventKey = cursor.rareText() as EventKey
  const fragment = readTextOrNull(cursor) as FragmentId | null
  const channel = oneOf(channels, cursor)
  const source = cursor.text()
  const type = cursor.text() as RoutedEvent['type']
  const occurredAt = epochMs(readLong(cursor))
  const receivedAt = epochMs(readLong(cursor))
  const identifiers = readIdentifiers(cursor, fragment ?? '')
  const traits = parseObject(cursor.text()) as Readonly<Record<string, Scalar>>
  const traitKind = oneOf(traitKinds, cursor)
  const party = oneOf(parties, cursor)
  const consent = readConsent(cursor)
  const machine = readTextOrNull(cursor)
  const propertiesJson = cursor.text()
  const properties = parseObject(propertiesJson)
  const schemaId = isNull(cursor) ? null : cursor.long()
  const unknownType = cursor.boolean()
  const flags = readFlags(cursor)
  return {
    eventId,
    eventKey,
    fragment,
    channel,
    source,
    type,
    occurredAt,
    receivedAt,
    identifiers,
    traits,
    traitKind,
    party,
    consent,
    machine,
    properties,
    schemaId,
    unknownType,
    flags,
    propertiesJson,
  }
}

/** A number of 64 bits, which avsc refuses where doubles have gaps. */
function readLong(cursor: AvroCursor): number {
  const number = cursor.long()
  if (!Number.isSafeInteger(number)) throw oddBytes
  return number
}

function oneOf<T>(all: readonly T[], cursor: AvroCursor): T {
  const one = all[cursor.long()]
  if (one === undefined) throw oddBytes
  return one
}

function isNull(cursor: AvroCursor): boolean {
  const branch = cursor.long()
  if (branch !== nullBranch && branch !== valueBranch) throw oddBytes
  return branch === nullBranch
}

const readTextOrNull = (cursor: AvroCursor): string | null =>
  isNull(cursor) ? null : cursor.text()

/** Mostly the first is the fragment's own, which is one text then. */
function readIdentifiers(cursor: AvroCursor, fragment: string): readonly Pseudonym[] {
  const identifiers: Pseudonym[] = []
  for (let count = cursor.count(); count !== 0; count = cursor.count())
    for (; count > 0; count -= 1) {
      const id = cursor.textOr(fragment) as FragmentId
      identifiers.push({ id, blocked: readTextOrNull(cursor) })
    }
  return identifiers
}

function readFlags(cursor: AvroCursor): readonly string[] {
  let flags: string[] | null = null
  for (let count = cursor.count(); count !== 0; count = cursor.count())
    for (; count > 0; count -= 1) (flags ??= []).push(cursor.text())
  return flags ?? noFlags
}

let lastConsentText = '{}'
let lastConsent = parseObject(lastConsentText) as RoutedEvent['consent']

/** Without an answer of the person, consent is the same in all events of a source. */
function readConsent(cursor: AvroCursor): RoutedEvent['consent'] {
  const text = cursor.textOr(lastConsentText)
  if (text === lastConsentText) return lastConsent
  lastConsent = parseObject(text) as RoutedEvent['consent']
  lastConsentText = text
  return lastConsent
}
