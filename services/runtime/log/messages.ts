import type { JsonValue, RoutedEvent } from '../event/event.ts'
import type { DefinitionVersion, EpochMs, FragmentId, ProfileId } from '../event/ids.ts'

/** Who numbers a message. A partition keeps one mark per origin; what is not above the mark was applied before. */
export type Origin =
  | {
      readonly kind: 'raw'
      readonly topic: string
      readonly incarnation: number
      readonly partition: number
    }
  | { readonly kind: 'events' }
  | { readonly kind: 'links' }
  | { readonly kind: 'definitions' }
  | { readonly kind: 'log'; readonly generation: number; readonly partition: number }

/** (offset, index in the record, index of the effect), compared in that order. The index counts rejected events too. */
export type Position = readonly [offset: number, index: number, effect: number]

/** A part of a fragment's state, by name (`feature/<FeatureId>`, `traits`, `consent`, `seen`); null: the part is gone. */
export interface StatePart {
  readonly name: string
  readonly state: JsonValue
}

/** Where an event was first read from, whoever feeds it again: `originKey` of its raw partition, offset and index in the raw record. */
export interface RawPlace {
  readonly origin: string
  readonly offset: number
  readonly index: number
}

export type Body =
  /** `place`: only of an event that is fed from `events`; else it is where the message says that it comes from. */
  | { readonly kind: 'event'; readonly event: RoutedEvent; readonly place?: RawPlace }
  /** The linker says which profile a fragment belongs to from now on. */
  | { readonly kind: 'assign'; readonly fragment: FragmentId; readonly profile: ProfileId }
  /**
   * `erasedAt`: decided by another generation already; else the home decides it. `orderedAt`, while a generation is built: the time of the
   * command, by which its home knows whether the generation that serves has had its word.
   */
  | {
      readonly kind: 'erase'
      readonly fragment: FragmentId
      readonly erasedAt?: EpochMs
      readonly orderedAt?: EpochMs
    }
  | { readonly kind: 'expire'; readonly fragment: FragmentId; readonly newestReceivedAt: EpochMs }
  /** A home tells an owner the changed parts of a member's state; `whole` replaces all of it. */
  | {
      readonly kind: 'member'
      readonly profile: ProfileId
      readonly fragment: FragmentId
      readonly whole: boolean
      readonly parts: readonly StatePart[]
    }
  | { readonly kind: 'leave'; readonly profile: ProfileId; readonly fragment: FragmentId }
  | { readonly kind: 'define'; readonly version: DefinitionVersion }
  /** Moves the clock of an idle partition; has no origin and no mark. */
  | { readonly kind: 'tick' }
  /** A generation that was being built serves from here on. */
  | { readonly kind: 'live' }
  /** The segments in which the generation before had a profile, where this one has it in others. */
  | { readonly kind: 'held'; readonly profile: ProfileId; readonly segments: readonly string[] }

export interface Message {
  readonly position: Position
  readonly body: Body
}

/** One record of `profile.log`: all messages of one flush from one origin for one target partition. */
export interface Frame {
  /** null only for ticks. */
  readonly origin: Origin | null
  /** Set by a rebuild's feeder: the clock instead of the record's timestamp. */
  readonly logTime: EpochMs | null
  readonly messages: readonly Message[]
}

/** A stable text form of an origin: the key of its mark. */
export function originKey(origin: Origin): string {
  switch (origin.kind) {
    case 'raw':
      return `raw/${origin.topic}/${origin.incarnation}/${origin.partition}`
    case 'log':
      return `log/${origin.generation}/${origin.partition}`
    case 'events':
    case 'links':
    case 'definitions':
      return origin.kind
    default:
      return origin satisfies never
  }
}

/** Negative, zero or positive, as `a` lies before, at or after `b`. */
export function comparePositions(a: Position, b: Position): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

/** Above every index that an effect of one message can take: where the Members of a flush begin. */
export const memberEffectBase = 2 ** 20
