import type { RoutedEvent } from '../../event/event.ts'
import type { EpochMs } from '../../event/ids.ts'
import type { MachineRules } from '../../machines/rules.ts'
import { importRow } from './envelope/import-row.ts'
import { findInRecord } from './machines/find-in-record.ts'
import type { RecordNormaliser } from './normalise-record.ts'
import type { Outcome } from './outcome.ts'
import type { DeadLetterReason, DeadLetterStage, DropReason } from './reasons.ts'
import type { Routed, Router } from './route.ts'
import type { SourceSettings } from './source.ts'

/** What becomes of one event, in the order of the record. */
export type Fate =
  | { readonly fate: 'routed'; readonly index: number; readonly routed: Routed }
  | {
      readonly fate: 'dead_letter'
      readonly index: number | null
      readonly stage: DeadLetterStage
      readonly reason: DeadLetterReason
      readonly detail: string
    }
  | { readonly fate: 'drop'; readonly index: number | null; readonly reason: DropReason }

/** One definition's rules, applied to decoded records. */
export interface Engine {
  process(
    record: unknown,
    source: SourceSettings,
    receivedAt: EpochMs,
    schemaId: number | null,
  ): readonly Fate[]
}

export function createEngine(
  normaliser: RecordNormaliser,
  router: Router,
  machines: MachineRules,
): Engine {
  // A file of history says when things happened as well as it can, which is not well enough to judge anybody's pace.
  const machinesOfImports = { ...machines, rate: null }
  return {
    process: (record, source, receivedAt, schemaId) =>
      withMachines(
        normaliser
          .normalise(record, source, receivedAt, schemaId)
          .map((outcome) => fateOf(outcome, router)),
        source.vendor === importRow.name ? machinesOfImports : machines,
      ),
  }
}

/** Flags what only the record as a whole shows to be a machine's. Who a source says is a machine stays what it says. */
function withMachines(fates: readonly Fate[], rules: MachineRules): readonly Fate[] {
  if (fates.length < 2) return fates
  const events: RoutedEvent[] = []
  for (const fate of fates) if (fate.fate === 'routed') events.push(fate.routed.event)
  const found = findInRecord(events, rules)
  if (found.size === 0) return fates
  return fates.map((fate): Fate => {
    if (fate.fate !== 'routed' || fate.routed.event.machine !== null) return fate
    const machine = found.get(fate.routed.event)
    if (machine === undefined) return fate
    return { ...fate, routed: { ...fate.routed, event: { ...fate.routed.event, machine } } }
  })
}

function fateOf(outcome: Outcome, router: Router): Fate {
  switch (outcome.outcome) {
    case 'ok': {
      const routed = router.route(outcome.event)
      return routed === 'erased'
        ? { fate: 'drop', index: outcome.index, reason: 'erased' }
        : { fate: 'routed', index: outcome.index, routed }
    }
    case 'dead_letter':
      return {
        fate: 'dead_letter',
        index: outcome.index,
        stage: outcome.stage,
        reason: outcome.reason,
        detail: outcome.detail,
      }
    case 'drop':
      return { fate: 'drop', index: outcome.index, reason: outcome.reason }
    default:
      return outcome satisfies never
  }
}
