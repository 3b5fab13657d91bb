/* oxlint-disable typescript/no-unsafe-type-assertion -- tests make brands and matchers up */
import fc from 'fast-check'
import { canonicalJson } from '../canonical-json.ts'
import type { ConsentState, JsonObject, JsonValue, RoutedEvent, Scalar } from '../../event/event.ts'
import {
  definitionVersion,
  type EpochMs,
  type EventKey,
  epochMs,
  type FragmentId,
  type ProfileId,
} from '../../event/ids.ts'
import { channels, eventTypes } from '../../event/vocabulary.ts'
import type { Body, Frame, Message, Origin, Position } from '../messages.ts'

/** Any JSON value that JSON itself keeps: no -0, no lone surrogates, no `__proto__`. */
export const anyJson: fc.Arbitrary<JsonValue> = fc
  .jsonValue({ maxDepth: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue)

export const anyTime: fc.Arbitrary<EpochMs> = fc.integer({ min: 0, max: 4e12 }).map(epochMs)
export const anyFragment: fc.Arbitrary<FragmentId> = fc
  .tuple(
    fc.constantFrom('email', 'user_id', 'phone'),
    fc.base64String({ minLength: 4, maxLength: 24 }),
  )
  .map(([type, id]) => `${type}:${id}` as FragmentId)
export const anyProfile: fc.Arbitrary<ProfileId> = fc.uuid().map((id) => id as ProfileId)
export const anyText: fc.Arbitrary<string> = fc.string({ unit: 'grapheme', maxLength: 40 })
export const anyPartition: fc.Arbitrary<number> = fc.integer({ min: 0, max: 2 ** 20 })
/** Avro longs are exact up to 2^52 in avsc; a row's version has room for offsets below 2^40. */
export const anyPosition: fc.Arbitrary<Position> = fc.tuple(
  fc.integer({ min: 0, max: 2 ** 52 }),
  fc.integer({ min: 0, max: 2 ** 30 }),
  fc.integer({ min: 0, max: 2 ** 30 }),
)

const name = fc.stringMatching(/^[a-z][a-z_]{0,12}$/)
const anyScalar: fc.Arbitrary<Scalar> = fc.oneof(
  anyText,
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n)),
)
const anyConsent = fc.constantFrom<ConsentState[]>('granted', 'denied', 'basis')
export const anyPseudonym = fc.record({
  id: anyFragment,
  blocked: fc.option(name, { nil: null }),
})

export const anyEvent: fc.Arbitrary<RoutedEvent> = fc
  .record({
    eventId: anyText,
    eventKey: fc.base64String().map((key) => key as EventKey),
    fragment: fc.option(anyFragment, { nil: null }),
    channel: fc.constantFrom(...channels),
    source: name,
    type: fc.oneof(
      fc.constantFrom(...eventTypes.web),
      name.map((n) => `custom:${n}` as const),
    ),
    occurredAt: anyTime,
    receivedAt: anyTime,
    identifiers: fc.array(anyPseudonym, { maxLength: 4 }),
    traits: fc.dictionary(name, anyScalar, { maxKeys: 4, noNullPrototype: true }),
    traitKind: fc.constantFrom('declared', 'observed', 'inferred'),
    party: fc.constantFrom('first', 'third'),
    consent: fc.dictionary(name, anyConsent, { maxKeys: 3, noNullPrototype: true }),
    machine: fc.option(name, { nil: null }),
    schemaId: fc.option(fc.nat(), { nil: null }),
    unknownType: fc.boolean(),
    flags: fc.uniqueArray(name, { maxLength: 3 }),
    properties: fc.dictionary(name, anyJson, {
      maxKeys: 4,
      noNullPrototype: true,
    }) as fc.Arbitrary<JsonObject>,
  })
  .map((event) => ({ ...event, propertiesJson: canonicalJson(event.properties) }))

const of = <Kind extends Body['kind']>(kind: Kind): { readonly kind: fc.Arbitrary<Kind> } => ({
  kind: fc.constant(kind),
})

export const anyBody: fc.Arbitrary<Body> = fc.oneof(
  fc.record({ ...of('event'), event: anyEvent }),
  fc.record({
    ...of('event'),
    event: anyEvent,
    place: fc.record({ origin: anyText, offset: fc.nat(), index: fc.nat() }),
  }),
  fc.record({ ...of('assign'), fragment: anyFragment, profile: anyProfile }),
  fc.record({ ...of('erase'), fragment: anyFragment }),
  fc.record({ ...of('erase'), fragment: anyFragment, erasedAt: anyTime }),
  fc.record({ ...of('erase'), fragment: anyFragment, orderedAt: anyTime }),
  fc.record({ ...of('expire'), fragment: anyFragment, newestReceivedAt: anyTime }),
  fc.record({
    ...of('member'),
    profile: anyProfile,
    fragment: anyFragment,
    whole: fc.boolean(),
    parts: fc.array(fc.record({ name, state: anyJson }), { maxLength: 4 }),
  }),
  fc.record({ ...of('leave'), profile: anyProfile, fragment: anyFragment }),
  fc.record({ ...of('define'), version: fc.nat().map(definitionVersion) }),
  fc.record({ ...of('tick') }),
  fc.record({ ...of('live') }),
  fc.record({ ...of('held'), profile: anyProfile, segments: fc.array(name, { maxLength: 3 }) }),
)

export const anyMessage: fc.Arbitrary<Message> = fc.record({ position: anyPosition, body: anyBody })

export const anyOrigin: fc.Arbitrary<Origin> = fc.oneof(
  fc.record({
    kind: fc.constant('raw' as const),
    topic: anyText,
    incarnation: anyPartition,
    partition: anyPartition,
  }),
  fc.record({
    kind: fc.constant('log' as const),
    generation: fc.integer({ min: 0, max: 255 }),
    partition: anyPartition,
  }),
  fc.record({ kind: fc.constantFrom('events' as const, 'links' as const, 'definitions' as const) }),
)

export const anyFrame: fc.Arbitrary<Frame> = fc.record({
  origin: fc.option(anyOrigin, { nil: null }),
  logTime: fc.option(anyTime, { nil: null }),
  messages: fc.array(anyMessage, { maxLength: 20 }),
})
