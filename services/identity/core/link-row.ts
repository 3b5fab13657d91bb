import type { DefinitionVersion, EpochMs } from '#runtime/event/ids.ts'
import type { CommandRecord, LinkRecord } from '#runtime/log/links.ts'
import type { IdentityLinkRow } from '#schemas/clickhouse/rows.ts'
import { commandEvidenceId } from './commands.ts'
import type { LinkerEffect } from './effects.ts'
import type { LinkerMeta } from './state.ts'

/** A record that was decided upon, with what the linker held before it: enough to decide upon it again. */
export interface DecidedRecord {
  readonly record: LinkRecord | CommandRecord
  readonly clock: EpochMs
  readonly policy: DefinitionVersion | null
}

/** Links and commands that were decided upon, so far: grows with every record that is neither known nor of somebody erased. */
export const decidedSoFar = ({ counters }: LinkerMeta): number =>
  counters.links - counters.repeated - counters.suppressed + counters.commands

/** The row that tells of a record: `version` is its place in the log. */
export function linkRow(
  offset: number,
  version: string,
  decided: DecidedRecord,
  effects: readonly LinkerEffect[],
): IdentityLinkRow {
  const { record, clock, policy } = decided
  if (record.kind === 'command') {
    const { action, at, commandId, by, reason, fragments } = record
    const linkId = commandEvidenceId(commandId)
    // What is left of an erasure names nobody: its pseudonyms are in the log alone.
    const identifiers = action === 'erase' ? [] : fragments
    return {
      offset,
      version,
      deleted: 0,
      link_id: linkId,
      kind: action,
      fate: fateOf(linkId, effects),
      at,
      clock,
      policy,
      identifiers,
      blocked: identifiers.map(() => ''),
      event_id: commandId,
      event_key: '',
      source: `operator:${by}`,
      event_type: '',
      occurred_at: at,
      received_at: at,
      reason,
    }
  }
  const identifiers: string[] = []
  const rules: string[] = []
  for (const { id, blocked } of record.identifiers) {
    identifiers.push(id)
    rules.push(blocked ?? '')
  }
  return {
    offset,
    version,
    deleted: 0,
    link_id: record.linkId,
    kind: 'link',
    fate: fateOf(record.linkId, effects),
    at: record.logTime,
    clock,
    policy,
    identifiers,
    blocked: rules,
    event_id: record.eventId,
    event_key: record.eventKey,
    source: record.source,
    event_type: record.eventType,
    occurred_at: record.occurredAt,
    received_at: record.receivedAt,
    reason: '',
  }
}

/** What is left of a record that an erasure removed: its place. */
export const removedRow = (offset: number, version: string): IdentityLinkRow => ({
  offset,
  version,
  deleted: 1,
  link_id: '',
  kind: '',
  fate: '',
  at: 0,
  clock: 0,
  policy: null,
  identifiers: [],
  blocked: [],
  event_id: '',
  event_key: '',
  source: '',
  event_type: '',
  occurred_at: 0,
  received_at: 0,
  reason: '',
})

type Fate = IdentityLinkRow['fate']

/** The weightiest of a record's own decisions says what became of it; others came of what grew old meanwhile. */
const weights: Readonly<Record<Fate, number>> = {
  '': 0,
  confirm: 1,
  block: 2,
  ambiguous: 3,
  demote: 4,
  refuse: 5,
  merge: 6,
  unsplit: 7,
  split: 8,
  erase: 9,
}

function fateOf(linkId: string, effects: readonly LinkerEffect[]): Fate {
  let fate: Fate = 'confirm'
  for (const effect of effects) {
    if (effect.kind !== 'decision' || effect.decision.linkId !== linkId) continue
    const { outcome } = effect.decision
    if (weights[outcome] > weights[fate]) fate = outcome
  }
  return fate
}
