import type { IdentityDecisionRow } from '#schemas/clickhouse/rows.ts'
import type { OutgoingBatch, OutgoingRecord } from '#runtime/kafka/ports.ts'
import { packFrames } from '#runtime/log/frame.ts'
import type { Body, Message } from '#runtime/log/messages.ts'
import { type IdentityDecisionRecord, identityDecisionCodec } from '#runtime/log/public-records.ts'
import { rowVersion } from '#runtime/log/version.ts'
import { homeOf } from '#runtime/pseudonym/pseudonym.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { Decision, LinkerEffect } from '../core/effects.ts'

/** Effects of one record with its offset: what positions and versions are made of. */
export interface FoldedRecord {
  readonly offset: number
  readonly effects: readonly LinkerEffect[]
}

export interface EffectEncoding {
  readonly topics: {
    readonly profileLog: string
    readonly decisions: string
    readonly links: string
  }
  readonly generation: number
  /** Partitions of `profile.log`. */
  readonly partitions: number
  /** Id that the registry gave to the schema of decisions. */
  readonly decisionSchemaId: number
}

export interface EncodedEffects {
  readonly batches: readonly OutgoingBatch[]
  readonly decisions: readonly IdentityDecisionRow[]
}

/**
 * All effects of a flush, in the order of the log. Messages for a home carry the position (offset, 0, place among the record's
 * effects) of the origin `links`, so that a resend changes nothing; marks are per message, so many may take several frames.
 */
export function encodeEffects(
  folded: readonly FoldedRecord[],
  encoding: EffectEncoding,
): EncodedEffects {
  const messages = new Map<number, Message[]>()
  const decisions: IdentityDecisionRecord[] = []
  const tombstones: OutgoingRecord[] = []
  const tell = (
    body: Extract<Body, { kind: 'assign' | 'erase' }>,
    offset: number,
    place: number,
  ): void => {
    const home = homeOf(body.fragment, encoding.partitions)
    const message: Message = { position: [offset, 0, place], body }
    const others = messages.get(home)
    if (others) others.push(message)
    else messages.set(home, [message])
  }
  for (const { offset, effects } of folded)
    for (const [place, effect] of effects.entries())
      switch (effect.kind) {
        case 'assign':
        case 'erase':
          tell(effect, offset, place)
          break
        case 'decision':
          decisions.push(
            recordOf(effect.decision, rowVersion(encoding.generation, offset, place % 2 ** 16)),
          )
          break
        case 'tombstone':
          tombstones.push({ key: Buffer.from(effect.key), value: null, partition: 0 })
          break
        default:
          effect satisfies never
      }
  const batches: readonly OutgoingBatch[] = [
    { topic: encoding.topics.profileLog, records: frames(messages) },
    {
      topic: encoding.topics.decisions,
      records: decisions.map((decision) => ({
        key: Buffer.from(decision.decisionId),
        value: identityDecisionCodec.encode(decision, encoding.decisionSchemaId),
      })),
    },
    { topic: encoding.topics.links, records: tombstones },
  ]
  return {
    batches: batches.filter(({ records }) => records.length > 0),
    decisions: decisions.map(rowOf),
  }
}

const frames = (messages: ReadonlyMap<number, readonly Message[]>): readonly OutgoingRecord[] =>
  [...messages].flatMap(([partition, list]) =>
    packFrames({ origin: { kind: 'links' }, logTime: null, messages: list }).map((value) => ({
      key: null,
      value,
      partition,
    })),
  )

const recordOf = ({ id, ...decision }: Decision, version: string): IdentityDecisionRecord => ({
  decisionId: id,
  version,
  ...decision,
})

const rowOf = (decision: IdentityDecisionRecord): IdentityDecisionRow => ({
  decision_id: decision.decisionId,
  version: decision.version,
  at: toIso(decision.at),
  rule: decision.rule,
  outcome: decision.outcome,
  link_id: decision.linkId,
  evidence: decision.evidence,
  source: decision.source,
  identifiers: decision.identifiers,
  demoted: decision.demoted,
  before: decision.before,
  after: decision.after,
})
