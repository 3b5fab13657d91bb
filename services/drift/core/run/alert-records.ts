import { epochMs } from '#runtime/event/ids.ts'
import type { DriftAlertRecord } from '#runtime/log/drift-alert-record.ts'
import { fromIso } from '#runtime/time/iso.ts'
import { subjectKey } from '../watch/signal.ts'
import type { AlertRow } from './result-rows.ts'
import { isTold, type StoredAlert, storedAlert } from './stored-alert.ts'

/** What drift.alerts says of every alert that a window opened, worsened or closed. Those that nobody is told of say so. */
export const alertRecords = (
  rows: readonly AlertRow[],
  asOf: number,
): readonly DriftAlertRecord[] => rows.map((row) => recordOf(storedAlert(row), asOf))

const time = (iso: string) => epochMs(fromIso(iso))

const recordOf = (row: StoredAlert, asOf: number): DriftAlertRecord => ({
  subject: subjectKey(row),
  kind: row.kind,
  status: row.closed_at === null ? 'open' : 'closed',
  severity: row.severity,
  asOf: epochMs(asOf),
  since: time(row.since),
  openedAt: time(row.opened_at),
  closedAt: row.closed_at === null ? null : time(row.closed_at),
  told: isTold(row),
  inhibited: row.inhibited === 1,
  muted: row.muted,
  words: row.words,
  before: row.before,
  after: row.after,
  unit: row.unit,
  causes: row.causes,
  contributions: row.contributions,
  segments: row.segments,
  owner: row.owner,
  runbook: row.runbook,
})
