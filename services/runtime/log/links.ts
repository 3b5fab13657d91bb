import type { Pseudonym } from '../event/event.ts'
import type { DefinitionVersion, EpochMs, EventKey, FragmentId } from '../event/ids.ts'
import type { Position } from './messages.ts'

/** Evidence that the identifiers of one event are one person; sent by the home of the event's fragment. */
export interface LinkRecord {
  readonly kind: 'link'
  /** Hash of the identifier set and the event key. A known id is ignored by the linker. */
  readonly linkId: string
  /** Generation and partition of the home that sent it, with the position of the effect. */
  readonly sender: {
    readonly generation: number
    readonly partition: number
    readonly position: Position
  }
  /** The whole set, in order of priority, blocked ones flagged. */
  readonly identifiers: readonly Pseudonym[]
  readonly eventId: string
  readonly eventKey: EventKey
  readonly source: string
  readonly eventType: string
  readonly occurredAt: EpochMs
  readonly receivedAt: EpochMs
  /** The home's clock when the link was sent: what windows run on. */
  readonly logTime: EpochMs
}

/** An operator's command. `by` is an account name, never a customer. */
export interface CommandRecord {
  readonly kind: 'command'
  readonly commandId: string
  readonly at: EpochMs
  readonly by: string
  readonly reason: string
  /** `reconsider`: their evidence is decided upon anew, in its order, under the policy in force. */
  readonly action: 'merge' | 'unsplit' | 'split' | 'erase' | 'reconsider'
  readonly fragments: readonly FragmentId[]
}

/** The owner of a profile found it silent for too long: it may end, unless the linker knows better. */
export interface ExpireRecord {
  readonly kind: 'expire'
  readonly linkId: string
  /** The owner that asks. */
  readonly sender: LinkRecord['sender']
  /** Its members with a state. */
  readonly fragments: readonly FragmentId[]
  /** Identifier types that name nobody, under the owner's definition: a profile with any other stays. */
  readonly types: readonly string[]
  /** The newest that any member received: what was received by then ends. */
  readonly receivedAt: EpochMs
  /** The owner's clock when it asked. */
  readonly logTime: EpochMs
}

export interface PolicyRecord {
  readonly kind: 'define'
  readonly version: DefinitionVersion
  readonly at: EpochMs
}

/** A generation that was being built serves from here on. */
export interface LiveRecord {
  readonly kind: 'live'
  readonly at: EpochMs
}

/** One record of `identity.links`, the source of truth for identity. */
export type LinksRecord = LinkRecord | CommandRecord | ExpireRecord | PolicyRecord | LiveRecord
