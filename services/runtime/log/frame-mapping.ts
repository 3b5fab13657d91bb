/* oxlint-disable typescript/no-unsafe-type-assertion -- what the codec wrote is what it reads */
import type { JsonObject, JsonValue, RoutedEvent, Scalar } from '../event/event.ts'
import { definitionVersion, epochMs } from '../event/ids.ts'
import { canonicalJson } from './canonical-json.ts'
import type { WireBody, WireEvent, WireHeader, WireMessage, WireOrigin } from './frame-wire.ts'
import type { Body, Frame, Message, Origin } from './messages.ts'

const noTopic = { topic: '', epoch: 0, partition: 0 }

function toWireOrigin(origin: Origin): WireOrigin {
  switch (origin.kind) {
    case 'raw': {
      const { kind, topic, incarnation, partition } = origin
      return { kind, topic, epoch: incarnation, partition }
    }
    case 'log':
      return { kind: 'log', topic: '', epoch: origin.generation, partition: origin.partition }
    case 'events':
    case 'links':
    case 'definitions':
      return { kind: origin.kind, ...noTopic }
    default:
      return origin satisfies never
  }
}

function fromWireOrigin({ kind, topic, epoch, partition }: WireOrigin): Origin {
  switch (kind) {
    case 'raw':
      return { kind, topic, incarnation: epoch, partition }
    case 'log':
      return { kind, generation: epoch, partition }
    case 'events':
    case 'links':
    case 'definitions':
      return { kind }
    default:
      return kind satisfies never
  }
}

export const toWireHeader = ({ origin, logTime }: Omit<Frame, 'messages'>): WireHeader => ({
  origin: origin === null ? null : toWireOrigin(origin),
  logTime,
})

export const fromWireHeader = ({ origin, logTime }: WireHeader): Omit<Frame, 'messages'> => ({
  origin: origin === null ? null : fromWireOrigin(origin),
  logTime: logTime === null ? null : epochMs(logTime),
})

const toWireEvent = (event: RoutedEvent): WireEvent => ({
  eventId: event.eventId,
  eventKey: event.eventKey,
  fragment: event.fragment,
  channel: event.channel,
  source: event.source,
  type: event.type,
  occurredAt: event.occurredAt,
  receivedAt: event.receivedAt,
  identifiers: event.identifiers,
  traits: canonicalJson(event.traits),
  traitKind: event.traitKind,
  party: event.party,
  consent: canonicalJson(event.consent),
  machine: event.machine,
  properties: canonicalJson(event.properties),
  schemaId: event.schemaId,
  unknownType: event.unknownType,
  flags: event.flags,
})

export const noFlags: readonly string[] = Object.freeze([])
const emptyObject: Readonly<Record<string, never>> = Object.freeze({})

/** Most events carry no traits or consent: no parser for '{}'. */
export const parseObject = (text: string): JsonObject =>
  text === '{}' ? emptyObject : (JSON.parse(text) as JsonObject)

const fromWireEvent = (event: WireEvent): RoutedEvent => ({
  eventId: event.eventId,
  eventKey: event.eventKey,
  fragment: event.fragment,
  channel: event.channel,
  source: event.source,
  type: event.type,
  occurredAt: event.occurredAt,
  receivedAt: event.receivedAt,
  identifiers: event.identifiers.map(({ id, blocked }) => ({ id, blocked })),
  traits: parseObject(event.traits) as Readonly<Record<string, Scalar>>,
  traitKind: event.traitKind,
  party: event.party,
  consent: parseObject(event.consent) as RoutedEvent['consent'],
  machine: event.machine,
  properties: parseObject(event.properties),
  schemaId: event.schemaId,
  unknownType: event.unknownType,
  flags: event.flags.length === 0 ? noFlags : [...event.flags],
  propertiesJson: event.properties,
})

function toWireErase({
  fragment,
  erasedAt,
  orderedAt,
}: Extract<Body, { kind: 'erase' }>): WireBody {
  if (erasedAt !== undefined) return { 'tributary.internal.EraseAsOf': { fragment, erasedAt } }
  if (orderedAt !== undefined) return { 'tributary.internal.EraseOrdered': { fragment, orderedAt } }
  return { 'tributary.internal.Erase': { fragment } }
}

function toWireBody(body: Body): WireBody {
  switch (body.kind) {
    case 'event':
      return body.place === undefined
        ? { 'tributary.internal.Event': toWireEvent(body.event) }
        : { 'tributary.internal.PlacedEvent': { event: toWireEvent(body.event), ...body.place } }
    case 'assign':
      return { 'tributary.internal.Assign': body }
    case 'erase':
      return toWireErase(body)
    case 'expire':
      return { 'tributary.internal.Expire': body }
    case 'member': {
      const parts = body.parts.map(({ name, state }) => ({ name, state: canonicalJson(state) }))
      return { 'tributary.internal.Member': { ...body, parts } }
    }
    case 'leave':
      return { 'tributary.internal.Leave': body }
    case 'define':
      return { 'tributary.internal.Define': body }
    case 'tick':
      return { 'tributary.internal.Tick': emptyObject }
    case 'live':
      return { 'tributary.internal.Live': emptyObject }
    case 'held':
      return { 'tributary.internal.Held': body }
    default:
      return body satisfies never
  }
}

type BranchName = keyof WireBody
type Reader<Name extends BranchName> = (value: NonNullable<WireBody[Name]>) => Body

const readers: { readonly [Name in BranchName]-?: Reader<Name> } = {
  'tributary.internal.Event': (event) => ({ kind: 'event', event: fromWireEvent(event) }),
  'tributary.internal.Assign': ({ fragment, profile }) => ({ kind: 'assign', fragment, profile }),
  'tributary.internal.Erase': ({ fragment }) => ({ kind: 'erase', fragment }),
  'tributary.internal.Expire': ({ fragment, newestReceivedAt }) => ({
    kind: 'expire',
    fragment,
    newestReceivedAt: epochMs(newestReceivedAt),
  }),
  'tributary.internal.Member': ({ profile, fragment, whole, parts }) => ({
    kind: 'member',
    profile,
    fragment,
    whole,
    parts: parts.map(({ name, state }) => ({ name, state: JSON.parse(state) as JsonValue })),
  }),
  'tributary.internal.Leave': ({ profile, fragment }) => ({ kind: 'leave', profile, fragment }),
  'tributary.internal.Define': ({ version }) => ({
    kind: 'define',
    version: definitionVersion(version),
  }),
  'tributary.internal.Tick': () => ({ kind: 'tick' }),
  'tributary.internal.PlacedEvent': ({ event, origin, offset, index }) => ({
    kind: 'event',
    event: fromWireEvent(event),
    place: { origin, offset, index },
  }),
  'tributary.internal.EraseAsOf': ({ fragment, erasedAt }) => ({
    kind: 'erase',
    fragment,
    erasedAt: epochMs(erasedAt),
  }),
  'tributary.internal.Live': () => ({ kind: 'live' }),
  'tributary.internal.EraseOrdered': ({ fragment, orderedAt }) => ({
    kind: 'erase',
    fragment,
    orderedAt: epochMs(orderedAt),
  }),
  'tributary.internal.Held': ({ profile, segments }) => ({
    kind: 'held',
    profile,
    segments: [...segments],
  }),
}

function fromWireBody(body: WireBody): Body {
  const event = body['tributary.internal.Event']
  if (event !== undefined) return { kind: 'event', event: fromWireEvent(event) }
  const [name] = Object.keys(body) as [BranchName]
  const read = readers[name] as (value: unknown) => Body
  return read(body[name])
}

export const toWireMessage = ({ position, body }: Message): WireMessage => ({
  position: { offset: position[0], index: position[1], effect: position[2] },
  body: toWireBody(body),
})

export const fromWireMessage = ({ position, body }: WireMessage): Message => ({
  position: [position.offset, position.index, position.effect],
  body: fromWireBody(body),
})
