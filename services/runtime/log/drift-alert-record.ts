import { type EpochMs, epochMs } from '../event/ids.ts'
import { type ConfluentCodec, confluentCodec } from './confluent-codec.ts'

/** One record of drift.alerts; key: the subject. Of equal subjects and openedAt the one with the highest asOf is true. */
export interface DriftAlertRecord {
  /** kind:name, e.g. `feature:web_activity`. */
  readonly subject: string
  readonly kind: string
  readonly status: 'open' | 'closed'
  /** info, warn or critical: the worst so far. */
  readonly severity: string
  /** End of the window that says so. */
  readonly asOf: EpochMs
  readonly since: EpochMs
  readonly openedAt: EpochMs
  readonly closedAt: EpochMs | null
  /** False: inhibited or muted. */
  readonly told: boolean
  readonly inhibited: boolean
  /** Reason of the mute; empty: none. */
  readonly muted: string
  readonly words: string
  readonly before: number | null
  readonly after: number | null
  readonly unit: string
  readonly causes: readonly { readonly kind: string; readonly words: string }[]
  readonly contributions: readonly {
    readonly bin: string
    readonly before: number
    readonly after: number
    readonly psi: number
  }[]
  readonly segments: readonly string[]
  readonly owner: string
  readonly runbook: string
}

export const driftAlertCodec: ConfluentCodec<DriftAlertRecord> = confluentCodec<
  DriftAlertRecord,
  DriftAlertRecord
>('public/drift-alert', {
  toWire: (record) => record,
  fromWire: (wire) => ({
    ...wire,
    asOf: epochMs(wire.asOf),
    since: epochMs(wire.since),
    openedAt: epochMs(wire.openedAt),
    closedAt: wire.closedAt === null ? null : epochMs(wire.closedAt),
    causes: wire.causes.map((one) => ({ ...one })),
    contributions: wire.contributions.map((one) => ({ ...one })),
  }),
})
