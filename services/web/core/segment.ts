import {
  type Copier,
  type Fields,
  asList,
  idText,
  isFields,
  isRejection,
  isSafeName,
  listOrOne,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { Vendor } from '#runtime/channel/core/source.ts'
import { readTraits } from '#runtime/channel/core/traits.ts'
import type { JsonValue, Scalar } from '#runtime/event/event.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'
import {
  identifierTraits,
  personTraits,
  readIdentifiers,
  readSegmentConsent,
} from './segment-person.ts'
import { readSegmentTime } from './segment-time.ts'
import { callTypes, isCall, trackType } from './segment-types.ts'

/** Fields of a batch that hold for each of its calls, unless the call says otherwise. */
const batchFields = ['context', 'sentAt', 'receivedAt'] as const

function splitBatch(record: Fields, batch: readonly unknown[]): readonly unknown[] {
  const shared = batchFields.filter((name) => own(record, name) !== undefined)
  if (shared.length === 0) return batch
  return batch.map((item) => {
    if (!isFields(item)) return item
    const missing = shared.filter((name) => own(item, name) === undefined)
    return missing.length === 0
      ? item
      : { ...item, ...Object.fromEntries(missing.map((name) => [name, record[name]])) }
  })
}

interface Meaning {
  readonly type: EventType
  readonly unknown: boolean
}

function meaningOf(item: Fields, call: string): Meaning | Rejection {
  if (call === 'track') {
    const name = ownText(item, 'event')
    return name === undefined ? reject('missing_field', 'event') : trackType(name.trim())
  }
  if (isCall(call)) return { type: callTypes[call], unknown: false }
  return { type: `custom:${call.slice(0, 128)}`, unknown: true }
}

/** The call's own properties, beside what the page and the campaign were. */
function readProperties(
  item: Fields,
  call: string,
  context: Fields | undefined,
  copier: Copier,
): Record<string, JsonValue> {
  const out: Record<string, JsonValue> = {}
  const put = (name: string, value: unknown): void => {
    if (value === undefined || Object.hasOwn(out, name)) return
    const copied = copier.copy(value)
    if (copied !== undefined && copied !== null) out[name] = copied
  }
  const properties = ownFields(item, 'properties')
  if (properties)
    for (const name of Object.keys(properties)) if (isSafeName(name)) put(name, properties[name])
  if (call === 'page' || call === 'screen') {
    put('name', own(item, 'name'))
    put('category', own(item, 'category'))
  }
  if (call === 'group') {
    put('group_id', own(item, 'groupId'))
    put('group', own(item, 'traits'))
  }
  if (context) {
    const page = ownFields(context, 'page')
    if (page) for (const name of ['url', 'path', 'referrer']) put(name, own(page, name))
    put('campaign', own(context, 'campaign'))
    put('user_agent', own(context, 'userAgent'))
  }
  return out
}

/**
 * The Segment spec: track, page, screen, identify, alias, group; one call, a list of calls, or a batch.
 * https://segment.com/docs/connections/spec/
 */
export const segment: Vendor = {
  name: 'segment',
  detects: (item) =>
    own(item, 'messageId') !== undefined ||
    own(item, 'anonymousId') !== undefined ||
    Array.isArray(own(item, 'batch')),
  split(record) {
    const batch = isFields(record) ? asList(own(record, 'batch')) : undefined
    return isFields(record) && batch ? splitBatch(record, batch) : listOrOne(record)
  },
  draft(item, draftContext) {
    const call = ownText(item, 'type')
    if (call === undefined) return reject('missing_field', 'type')
    const meaning = meaningOf(item, call)
    if (isRejection(meaning)) return meaning
    const occurredAt = readSegmentTime(item, draftContext.receivedAt)
    if (isRejection(occurredAt)) return occurredAt
    const context = ownFields(item, 'context')
    const traitFields = personTraits(item, call, context)
    const identifiers = readIdentifiers(
      item,
      call,
      context,
      traitFields,
      draftContext.identifierTypes,
    )
    if (isRejection(identifiers)) return identifiers
    const eventId = idText(own(item, 'messageId'), 'messageId')
    if (isRejection(eventId)) return eventId
    const copier = draftContext.copier()
    const properties = readProperties(item, call, context, copier)
    if (copier.failure) return copier.failure
    const traits: Record<string, Scalar> = {}
    for (const fields of traitFields)
      Object.assign(traits, readTraits(fields, identifierTraits), traits)
    return {
      eventId: eventId ?? null,
      source: null,
      type: meaning.type,
      occurredAt,
      identifiers,
      traits,
      traitKind: null,
      consent: readSegmentConsent(context, draftContext.source.consentPurposes),
      machine: draftContext.botCheck(context && ownText(context, 'userAgent')),
      properties,
      unknownType: meaning.unknown
        ? call === 'track'
          ? String(own(item, 'event')).slice(0, 128)
          : call
        : null,
    }
  },
}
