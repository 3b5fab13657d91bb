import {
  type Copier,
  type Fields,
  idText,
  isRejection,
  own,
  ownFields,
} from '#runtime/channel/core/fields.ts'
import { type EventDraft, type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { DraftContext } from '#runtime/channel/core/source.ts'
import { readTraits } from '#runtime/channel/core/traits.ts'
import type { ConsentState, Scalar } from '#runtime/event/event.ts'
import type { Call } from './call.ts'
import { readCallTime } from './call-time.ts'
import { addCallIdentifiers, type IdentifierList } from './identifiers.ts'
import { type CallNames, kindOf, meaningOf } from './meaning.ts'
import { type ContextFields, type Properties, putContext, readProperties } from './properties.ts'
import type { TrackMeaning } from './track-names.ts'

export type Consent = Readonly<Record<string, ConsentState>>

/** What one vendor has of its own beside what all relatives have. */
export interface Dialect extends CallNames {
  readonly contextFields: (read: ReadonlySet<string> | null) => ContextFields
  addIdentifiers(list: IdentifierList, call: Call, types: ReadonlySet<string>): void
  addProperties(out: Properties, call: Call, meaning: TrackMeaning, copier: Copier): void
  consent(call: Call, meaning: TrackMeaning, purposes: Readonly<Record<string, string>>): Consent
  /** Why the call was made by a machine, or null. */
  machine(call: Call, meaning: TrackMeaning, context: DraftContext): string | null
}

/** Traits that name the person. Mobile libraries of RudderStack repeat the ids of the call among them. */
const identifierTraits: ReadonlySet<string> = new Set([
  'email',
  'phone',
  'id',
  'userId',
  'anonymousId',
])

const noTraits: Readonly<Record<string, Scalar>> = {}
const noFields: readonly Fields[] = []

/** The traits of a `group` are the group's, those of an `identify` the person's. */
function takeApart(item: Fields, kind: string): Call {
  const context = ownFields(item, 'context')
  const told = kind === 'identify' ? ownFields(item, 'traits') : undefined
  const carried = context && ownFields(context, 'traits')
  return {
    kind,
    item,
    context,
    properties: ownFields(item, 'properties'),
    traits: told ? (carried ? [told, carried] : [told]) : carried ? [carried] : noFields,
  }
}

function traitsOf({ traits }: Call): Readonly<Record<string, Scalar>> {
  const [first, second] = traits
  if (first === undefined) return noTraits
  const read = readTraits(first, identifierTraits)
  if (second === undefined) return read
  const carried = readTraits(second, identifierTraits)
  for (const name of Object.keys(carried)) {
    const value = carried[name]
    if (value !== undefined && !Object.hasOwn(read, name)) read[name] = value
  }
  return read
}

/** An event of a call, as all relatives mean it; `dialect` adds what this one alone has. */
export function draftCall(
  item: Fields,
  context: DraftContext,
  dialect: Dialect,
): EventDraft | Rejection {
  const kind = kindOf(item)
  if (kind === undefined) return reject('missing_field', 'type')
  const meaning = meaningOf(item, kind, dialect)
  if (isRejection(meaning)) return meaning
  const time = readCallTime(item, context.receivedAt, context.limits.oldestEventMs)
  if (isRejection(time)) return time
  const eventId = idText(own(item, 'messageId'), 'messageId')
  if (isRejection(eventId)) return eventId
  const call = takeApart(item, kind)
  const identifiers: IdentifierList = { found: [], failure: null }
  addCallIdentifiers(identifiers, call, context.identifierTypes)
  dialect.addIdentifiers(identifiers, call, context.identifierTypes)
  if (identifiers.failure) return identifiers.failure
  const copier = context.copier()
  const properties = readProperties(call, copier)
  dialect.addProperties(properties, call, meaning, copier)
  // What identifies an event by its content may not hang on what the pipeline file happens to read.
  const read = eventId === undefined ? null : context.propertiesRead
  if (call.context) putContext(properties, call.context, dialect.contextFields(read), copier)
  if (copier.failure) return copier.failure
  return {
    eventId: eventId ?? null,
    source: null,
    type: meaning.type,
    occurredAt: time.at,
    identifiers: identifiers.found,
    traits: traitsOf(call),
    traitKind: null,
    consent: dialect.consent(call, meaning, context.source.consentPurposes),
    machine: dialect.machine(call, meaning, context),
    properties,
    unknownType: meaning.documented === null ? meaning.type.slice('custom:'.length) : null,
    zoneless: time.zoneless,
  }
}
