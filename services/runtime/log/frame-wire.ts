/* oxlint-disable typescript/no-unsafe-type-assertion -- avsc's types end where its values begin */
import type { Channel, EventType } from '../event/vocabulary.ts'
import { avroSchemaText } from '#schemas/avro/schemas.ts'
import type { Schema } from 'avsc'
import type { EventKey, FragmentId, ProfileId } from '../event/ids.ts'
import type { Party, Pseudonym, RoutedEvent, TraitKind } from '../event/event.ts'
import { avroCodec } from './avro-codec.ts'

/** The shapes of frame.avsc as avsc reads and writes them. */
export interface WireEvent {
  readonly eventId: string
  readonly eventKey: EventKey
  readonly fragment: FragmentId | null
  readonly channel: Channel
  readonly source: string
  readonly type: EventType
  readonly occurredAt: RoutedEvent['occurredAt']
  readonly receivedAt: RoutedEvent['receivedAt']
  readonly identifiers: readonly Pseudonym[]
  readonly traits: string
  readonly traitKind: TraitKind
  readonly party: Party
  readonly consent: string
  readonly machine: string | null
  readonly properties: string
  readonly schemaId: number | null
  readonly unknownType: boolean
  readonly flags: readonly string[]
}

export interface WireBody {
  readonly 'tributary.internal.Event'?: WireEvent
  readonly 'tributary.internal.Assign'?: {
    readonly fragment: FragmentId
    readonly profile: ProfileId
  }
  readonly 'tributary.internal.Erase'?: { readonly fragment: FragmentId }
  readonly 'tributary.internal.Expire'?: {
    readonly fragment: FragmentId
    readonly newestReceivedAt: number
  }
  readonly 'tributary.internal.Member'?: {
    readonly profile: ProfileId
    readonly fragment: FragmentId
    readonly whole: boolean
    readonly parts: readonly { readonly name: string; readonly state: string }[]
  }
  readonly 'tributary.internal.Leave'?: {
    readonly profile: ProfileId
    readonly fragment: FragmentId
  }
  readonly 'tributary.internal.Define'?: { readonly version: number }
  readonly 'tributary.internal.Tick'?: Readonly<Record<string, never>>
  readonly 'tributary.internal.PlacedEvent'?: {
    readonly event: WireEvent
    readonly origin: string
    readonly offset: number
    readonly index: number
  }
  readonly 'tributary.internal.EraseAsOf'?: {
    readonly fragment: FragmentId
    readonly erasedAt: number
  }
  readonly 'tributary.internal.Live'?: Readonly<Record<string, never>>
  readonly 'tributary.internal.EraseOrdered'?: {
    readonly fragment: FragmentId
    readonly orderedAt: number
  }
  readonly 'tributary.internal.Held'?: {
    readonly profile: ProfileId
    readonly segments: readonly string[]
  }
}

export interface WireMessage {
  readonly position: { readonly offset: number; readonly index: number; readonly effect: number }
  readonly body: WireBody
}

export interface WireOrigin {
  readonly kind: 'raw' | 'events' | 'links' | 'definitions' | 'log'
  readonly topic: string
  readonly epoch: number
  readonly partition: number
}

export interface WireHeader {
  readonly origin: WireOrigin | null
  readonly logTime: number | null
}

export interface WireFrame extends WireHeader {
  readonly messages: readonly WireMessage[]
}

interface FrameSchema {
  readonly fields: readonly [origin: object, logTime: object, messages: { type: { items: Schema } }]
}

const schema = JSON.parse(avroSchemaText('internal/frame')) as FrameSchema & { namespace: string }

export const frameCodec = avroCodec<WireFrame>(schema as unknown as Schema)

/** A record is the concatenation of its fields, so a frame can be put together from its parts, each encoded once. */
export const headerCodec = avroCodec<WireHeader>({
  type: 'record',
  name: 'FrameHeader',
  namespace: schema.namespace,
  fields: schema.fields.slice(0, 2),
} as unknown as Schema)

export const messageCodec = avroCodec<WireMessage>({
  namespace: schema.namespace,
  ...(schema.fields[2].type.items as object),
} as unknown as Schema)
