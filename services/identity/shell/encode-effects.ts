import type { IdentityDecisionRow, IdentityLinkRow } from '#schemas/clickhouse/rows.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import type { OutgoingBatch, OutgoingRecord } from '#runtime/kafka/ports.ts'
import { packFrames } from '#runtime/log/frame.ts'
import type { Body, Message } from '#runtime/log/messages.ts'
import { type IdentityDecisionRecord, identityDecisionCodec } from '#runtime/log/public-records.ts'
import { rowVersion } from '#runtime/log/version.ts'
import { homeOf } from '#runtime/pseudonym/pseudonym.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { Decision, LinkerEffect } from '../core/effects.ts'
import { type DecidedRecord, linkRow, removedRow } from '../core/link-row.ts'

/** Effects of one record with its offset: what positions and versions are made of. */
export interface FoldedRecord {
  readonly offset: number
  /** What messages for homes say that the time is, while a generation is built; null: the log's own. */
  readonly logTime: EpochMs | null
  readonly effects: readonly LinkerEffect[]
  /** null: it was known, of somebody erased, or is neither link nor command. */
  readonly decided: DecidedRecord | null
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
  readonly links: readonly IdentityLinkRow[]
}

/**
 * All effects of a flush, in the order of the log. Messages for a home carry the position (offset, 0, place among the record's
 * effects) of the origin `links`, so that a resend changes nothing; marks are per message, so many may take several frames. While a
 * generation is built, decisions are for its tables only.
 */
export function encodeEffects(
  folded: readonly FoldedRecord[],
  encoding: EffectEncoding,
): EncodedEffects {
  const frames = new Map<number, OpenFrame[]>()
  const decisions: IdentityDecisionRecord[] = []
  const published: IdentityDecisionRecord[] = []
  const tombstones: OutgoingRecord[] = []
  const links: IdentityLinkRow[] = []
  const versionOf = (offset: number, place: number): string =>
    rowVersion(encoding.generation, offset, place % 2 ** 16)
  const tell = (
    body: Extract<Body, { kind: 'assign' | 'erase' | 'expire' }>,
    { offset, logTime }: FoldedRecord,
    place: number,
  ): void => {
    const home = homeOf(body.fragment, encoding.partitions)
    const message: Message = { position: [offset, 0, place], body }
    const others = frames.get(home)
    const last = others?.at(-1)
    if (last?.logTime === logTime) last.messages.push(message)
    else if (others) others.push({ logTime, messages: [message] })
    else frames.set(home, [{ logTime, messages: [message] }])
  }
  for (const record of folded) {
    if (record.decided !== null)
      links.push(
        linkRow(record.offset, versionOf(record.offset, 0), record.decided, record.effects),
      )
    for (const [place, effect] of record.effects.entries())
      switch (effect.kind) {
        case 'assign':
        case 'expire':
          tell(effect, record, place)
          break
        case 'erase':
          tell(eraseOf(effect, record), record, place)
          break
        case 'decision': {
          const decision = recordOf(effect.decision, versionOf(record.offset, place))
          decisions.push(decision)
          if (record.logTime === null) published.push(decision)
          break
        }
        case 'tombstone':
          tombstones.push({ key: Buffer.from(effect.key), value: null, partition: 0 })
          if (effect.offset !== undefined)
            links.push(removedRow(effect.offset, versionOf(record.offset, place)))
          break
        default:
          effect satisfies never
      }
  }
  const batches: readonly OutgoingBatch[] = [
    { topic: encoding.topics.profileLog, records: encoded(frames) },
    {
      topic: encoding.topics.decisions,
      records: published.map((decision) => ({
        key: Buffer.from(decision.decisionId),
        value: identityDecisionCodec.encode(decision, encoding.decisionSchemaId),
      })),
    },
    { topic: encoding.topics.links, records: tombstones },
  ]
  return {
    batches: batches.filter(({ records }) => records.length > 0),
    decisions: decisions.map(rowOf),
    links,
  }
}

/** A home of the generation that serves decides by its own clock, and needs no other time. */
const eraseOf = (
  { kind, fragment, orderedAt }: Extract<LinkerEffect, { kind: 'erase' }>,
  { logTime }: FoldedRecord,
): Extract<Body, { kind: 'erase' }> =>
  logTime === null ? { kind, fragment } : { kind, fragment, orderedAt }

/** Messages of one time for one home. */
interface OpenFrame {
  readonly logTime: EpochMs | null
  readonly messages: Message[]
}

const encoded = (frames: ReadonlyMap<number, readonly OpenFrame[]>): readonly OutgoingRecord[] =>
  [...frames].flatMap(([partition, list]) =>
    list
      .flatMap((frame) => packFrames({ origin: { kind: 'links' }, ...frame }))
      .map((value) => ({ key: null, value, partition })),
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
