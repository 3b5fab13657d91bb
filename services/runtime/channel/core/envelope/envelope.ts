import type { ConsentState, JsonValue, Scalar, TraitKind } from '../../../event/event.ts'
import { isEventType } from '../../../event/vocabulary.ts'
import { readConsent } from '../consent.ts'
import {
  type Fields,
  idText,
  isFields,
  isRejection,
  listOrOne,
  isSafeName,
  isScalar,
  own,
  ownFields,
  ownText,
} from '../fields.ts'
import { type RawIdentifier, type Rejection, reject } from '../outcome.ts'
import type { Vendor } from '../source.ts'
import { readClock } from '../time.ts'

/** `{type: value}` or `{type: [values]}` as the command line has it, or a list of `{type, value}` as Avro has it. */
function readIdentifiers(value: unknown): readonly RawIdentifier[] | Rejection {
  const out: RawIdentifier[] = []
  const add = (type: string, raw: unknown): Rejection | null => {
    const text = idText(raw, type)
    if (isRejection(text)) return text
    if (text !== undefined) out.push({ type, value: text })
    return null
  }
  if (Array.isArray(value)) {
    for (const entry of value as unknown[]) {
      const type = isFields(entry) ? ownText(entry, 'type') : undefined
      if (!isFields(entry) || type === undefined)
        return reject('invalid_field', 'an identifier is an object with type and value')
      const failed = add(type, own(entry, 'value'))
      if (failed) return failed
    }
  } else if (isFields(value)) {
    for (const type of Object.keys(value)) {
      const raw = value[type]
      for (const one of Array.isArray(raw) ? (raw as unknown[]) : [raw]) {
        const failed = add(type, one)
        if (failed) return failed
      }
    }
  } else if (value !== undefined && value !== null)
    return reject('invalid_field', 'identifiers is neither an object nor a list')
  return out
}

function readTraits(fields: Fields): Record<string, Scalar> {
  const out: Record<string, Scalar> = {}
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (isScalar(value) && isSafeName(name)) out[name] = value
  }
  return out
}

function readConsents(fields: Fields): Record<string, ConsentState> | Rejection {
  const out: Record<string, ConsentState> = {}
  for (const purpose of Object.keys(fields)) {
    if (!isSafeName(purpose)) continue
    const state = readConsent(fields[purpose])
    if (state === undefined) return reject('invalid_field', 'consent is granted or denied')
    out[purpose] = state
  }
  return out
}

/** Avro carries properties as text of a JSON object, since they may have any shape; JSON carries the object. */
function propertyFields(value: unknown): Fields | Rejection {
  if (value === undefined || value === null || value === '') return {}
  if (isFields(value)) return value
  if (typeof value === 'string') {
    try {
      const parsed: unknown = JSON.parse(value)
      if (isFields(parsed)) return parsed
    } catch {
      // falls through: text that is no JSON object
    }
  }
  return reject('invalid_field', 'properties is no JSON object')
}

const traitKinds: ReadonlySet<string> = new Set(['declared', 'observed', 'inferred'])
const isTraitKind = (kind: string | undefined): kind is TraitKind =>
  kind !== undefined && traitKinds.has(kind)

/** Our own envelope: `schemas/avro/channels/channel-event.avsc`, or the same fields in JSON. One event, or a list. */
export const envelope: Vendor = {
  name: 'tributary',
  detects: (item) => own(item, 'occurred_at') !== undefined && own(item, 'type') !== undefined,
  split: listOrOne,
  draft(item, context) {
    const written = ownText(item, 'type')
    if (written === undefined) return reject('missing_field', 'type')
    const clock = readClock(
      own(item, 'occurred_at'),
      { format: 'iso', zone: context.source.timeZone },
      'occurred_at',
    )
    if (isRejection(clock)) return clock
    const identifiers = readIdentifiers(own(item, 'identifiers'))
    if (isRejection(identifiers)) return identifiers
    const eventId = idText(own(item, 'event_id'), 'event_id')
    if (isRejection(eventId)) return eventId
    const consent = readConsents(ownFields(item, 'consent') ?? {})
    if (isRejection(consent)) return consent
    const fields = propertyFields(own(item, 'properties'))
    if (isRejection(fields)) return fields
    const copier = context.copier()
    const properties: Record<string, JsonValue> = {}
    for (const name of Object.keys(fields)) {
      const value = isSafeName(name) ? copier.copy(fields[name]) : undefined
      if (value !== undefined) properties[name] = value
    }
    if (copier.failure) return copier.failure
    const type = written.slice(0, 128)
    const known = isEventType(type)
    const traitKind = ownText(item, 'trait_kind')
    const machine = own(item, 'machine')
    return {
      eventId: eventId ?? null,
      source: ownText(item, 'source')?.slice(0, 128) ?? null,
      type: known ? type : `custom:${type}`,
      occurredAt: clock.at,
      zoneless: clock.zoneless,
      identifiers,
      traits: readTraits(ownFields(item, 'traits') ?? {}),
      traitKind: isTraitKind(traitKind) ? traitKind : null,
      consent,
      machine:
        typeof machine === 'string' && machine !== ''
          ? machine.slice(0, 64)
          : machine === true
            ? 'declared'
            : null,
      properties,
      unknownType: known ? null : type,
    }
  },
}
