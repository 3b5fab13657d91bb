import type { EpochMs } from '../../event/ids.ts'
import type { RecordNormaliser } from './normalise-record.ts'
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

export const createEngine = (normaliser: RecordNormaliser, router: Router): Engine => ({
  process: (record, source, receivedAt, schemaId) =>
    normaliser.normalise(record, source, receivedAt, schemaId).map((outcome): Fate => {
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
    }),
})
