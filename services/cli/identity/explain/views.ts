import { type EpochMs, type FragmentId, pseudonymOf, typeOf } from '#runtime/event/ids.ts'
import type { CommandRecord } from '#runtime/log/links.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { LoggedRecord } from '../refold/logged-record.ts'
import type { PlacedDecision } from '../refold/refold.ts'
import type { CommandView, DecisionView, IdentifierView, LinkView } from './explain-view.ts'

export const identifierView = (id: FragmentId): IdentifierView => ({
  type: typeOf(id),
  pseudonym: pseudonymOf(id),
})

/** Every identifier that a record names, junk included. */
export const namedBy = ({ record }: LoggedRecord): readonly FragmentId[] =>
  record.kind === 'link' ? record.identifiers.map(({ id }) => id) : record.fragments

export function linkView(logged: LoggedRecord): LinkView {
  const { record, linkId, fate, offset } = logged
  const shared = { link_id: linkId, fate, offset, identifiers: namedBy(logged).map(identifierView) }
  return record.kind === 'link'
    ? {
        ...shared,
        kind: record.kind,
        event_id: record.eventId,
        event_type: record.eventType,
        source: record.source,
        at: toIso(record.occurredAt),
        reason: '',
      }
    : {
        ...shared,
        kind: record.action,
        event_id: record.commandId,
        event_type: '',
        source: `operator:${record.by}`,
        at: toIso(record.at),
        reason: record.reason,
      }
}

export const commandView = (command: CommandRecord): CommandView => ({
  command_id: command.commandId,
  action: command.action,
  by: command.by,
  reason: command.reason,
  at: toIso(command.at),
  identifiers: command.fragments.map(identifierView),
})

export const decisionView = ({ offset, decision }: PlacedDecision): DecisionView => ({
  id: decision.id,
  at: isoOf(decision.at),
  offset,
  outcome: decision.outcome,
  rule: decision.rule,
  link_id: decision.linkId,
  evidence: decision.evidence,
  source: decision.source,
  identifiers: decision.identifiers.map(identifierView),
  demoted: decision.demoted.map(identifierView),
  before: decision.before,
  after: decision.after,
})

export const isoOf = (at: EpochMs): string => toIso(at)
