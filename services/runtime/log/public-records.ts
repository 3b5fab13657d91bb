/* oxlint-disable typescript/no-unsafe-type-assertion -- what the codec wrote is what it reads */
import type { JsonObject } from '../event/event.ts'
import {
  type DefinitionVersion,
  definitionVersion,
  type EpochMs,
  epochMs,
  type FragmentId,
  type Offset,
  offset,
  type ProfileId,
} from '../event/ids.ts'
import { canonicalJson } from './canonical-json.ts'
import { type ConfluentCodec, confluentCodec } from './confluent-codec.ts'

/** One record of profile.segments; key: the profile id. Of equal keys and segments the highest (version, seq) is true. */
export interface SegmentTransitionRecord {
  readonly profileId: ProfileId
  readonly segment: string
  readonly to: 'entered' | 'exited'
  readonly at: EpochMs
  readonly cause:
    | 'event'
    | 'timer'
    | 'merge'
    | 'split'
    | 'define'
    | 'import'
    | 'erasure'
    | 'expiry'
    | 'consent'
  /** UInt64 as decimal text. */
  readonly version: string
  readonly seq: number
  readonly definition: DefinitionVersion
  readonly ruleHash: string
  readonly because: JsonObject
}

/** One record of identity.decisions; key: the decision id. */
export interface IdentityDecisionRecord {
  readonly decisionId: string
  /** UInt64 as decimal text. */
  readonly version: string
  readonly at: EpochMs
  readonly rule: string
  readonly outcome:
    | 'merge'
    | 'refuse'
    | 'demote'
    | 'block'
    | 'ambiguous'
    | 'split'
    | 'unsplit'
    | 'erase'
  /** Empty: a command. */
  readonly linkId: string
  readonly evidence: readonly string[]
  readonly source: string
  readonly identifiers: readonly FragmentId[]
  readonly demoted: readonly FragmentId[]
  readonly before: readonly ProfileId[]
  readonly after: readonly ProfileId[]
}

/** A try of a record that failed. */
export interface DeadLetterAttempt {
  /** 1: the record itself; higher: a replay of it. */
  readonly attempt: number
  readonly failedAt: EpochMs
  readonly stage: string
  readonly reason: string
}

/** One record of deadletter; key: topic, partition and offset of the raw record. */
export interface DeadLetterRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: Offset
  /** null: the whole record. */
  readonly index: number | null
  readonly stage: string
  readonly reason: string
  /** Without personal data. */
  readonly detail: string
  readonly source: string | null
  readonly schemaId: number | null
  readonly receivedAt: EpochMs
  readonly failedAt: EpochMs
  /** Sealed bytes. */
  readonly payload: string
  /** Each value sealed like the payload. */
  readonly headers: Readonly<Record<string, string>>
  /** 1: the record itself failed; higher: a replay of it. */
  readonly attempt: number
  /** Earlier tries that failed, oldest first: the first one and the last 19. */
  readonly history: readonly DeadLetterAttempt[]
}

interface WireTransition extends Omit<SegmentTransitionRecord, 'because' | 'definition'> {
  readonly definition: number
  readonly because: string
}

export const segmentTransitionCodec: ConfluentCodec<SegmentTransitionRecord> = confluentCodec<
  WireTransition,
  SegmentTransitionRecord
>('public/segment-transition', {
  toWire: (record) => ({ ...record, because: canonicalJson(record.because) }),
  fromWire: (wire) => ({
    ...wire,
    at: epochMs(wire.at),
    definition: definitionVersion(wire.definition),
    because: JSON.parse(wire.because) as JsonObject,
  }),
})

export const identityDecisionCodec: ConfluentCodec<IdentityDecisionRecord> = confluentCodec<
  IdentityDecisionRecord,
  IdentityDecisionRecord
>('public/identity-decision', {
  toWire: (record) => record,
  fromWire: (wire) => ({ ...wire, at: epochMs(wire.at) }),
})

export const deadLetterCodec: ConfluentCodec<DeadLetterRecord> = confluentCodec<
  DeadLetterRecord,
  DeadLetterRecord
>('public/dead-letter', {
  addedLater: [['attempt', 'history']],
  toWire: (record) => record,
  fromWire: (wire) => ({
    ...wire,
    offset: offset(wire.offset),
    receivedAt: epochMs(wire.receivedAt),
    failedAt: epochMs(wire.failedAt),
    headers: { ...wire.headers },
    history: wire.history.map((one) => ({ ...one, failedAt: epochMs(one.failedAt) })),
  }),
})
