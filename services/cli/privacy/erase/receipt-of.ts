import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import { type Bound, dayMs } from '../bound.ts'
import type { Erasure } from '../erasures.ts'
import type { ReceiptContent } from '../receipt.ts'
import type { TableCount } from '../sweep/sweep-database.ts'
import type { Swept } from '../sweep/sweep.ts'

export interface ErasureDone {
  readonly commandId: string
  readonly offset: number
  readonly generation: number
  readonly erasures: readonly Erasure[]
  readonly bound: Bound
  readonly swept: Swept
  readonly subject: (id: FragmentId) => string
  /** When all tables were swept: views show nothing from then on at the latest. */
  readonly invisibleAt: string
  /** Since the command was sent. */
  readonly seconds: number
}

const days = (ms: number | null): number | null =>
  ms === null ? null : Math.round((ms / dayMs) * 100) / 100

/** What is kept of an erasure: nothing of whom. */
export function receiptOf(done: ErasureDone): ReceiptContent {
  const { bound, commandId, erasures, generation, invisibleAt, offset, seconds, subject, swept } =
    done
  const settledAt = Math.max(...erasures.map((one) => one.settledAt))
  return {
    format: 1,
    kind: 'tributary-erasure',
    command_id: commandId,
    command_offset: offset,
    generation,
    erased_at: toIso(epochMs(Math.max(...erasures.map(({ erasedAt }) => erasedAt)))),
    invisible_at: invisibleAt,
    seconds_to_invisible: Math.round(seconds * 100) / 100,
    identifiers: erasures.map(({ fragment }) => subject(fragment)).toSorted(),
    bound_days: bound.days,
    bound_until: bound.days === null ? null : toIso(epochMs(settledAt + bound.days * dayMs)),
    bound: bound.parts.map(({ ms, place, why }) => ({ place, days: days(ms), why })),
    company_topics: bound.company.map(({ ms, place }) => ({ place, days: days(ms) })),
    deleted: Object.fromEntries(
      swept.databases.map(({ tables }, index): [string, Record<string, TableCount>] => [
        // The name of a database is the company's own business.
        index === 0 ? 'serving' : `other_${index}`,
        { ...tables },
      ]),
    ),
    dead_letters: {
      read: swept.letters?.read ?? 0,
      closed: swept.letters?.closed ?? 0,
      partly: swept.letters?.partly ?? 0,
      letters: swept.letters?.letters ?? 0,
      replays: swept.letters?.replays ?? 0,
    },
    checkpoints_removed: swept.checkpointsRemoved,
    keys_destroyed: swept.keysDestroyed,
    complete: swept.databases.every(({ unsettled }) => unsettled.length === 0),
  }
}
