import { fromIso, toIso } from '#runtime/time/iso.ts'
import { isTold, type StoredAlert } from '../run/stored-alert.ts'
import { severityIn } from '../watch/assess.ts'
import { subjectKey } from '../watch/signal.ts'
import type { AlertReport, DriftReport } from './report-view.ts'
import { rankOf } from './standing.ts'
import type { Stored } from './stored.ts'

/** Alerts as they were at the end of the window. What changed of one afterwards replaced its row, and says when. */
export function alertReports({ alerts, asOf }: Stored): Pick<DriftReport, 'open' | 'closed'> {
  const isOpen = ({ closed_at: closedAt }: StoredAlert): boolean =>
    closedAt === null || fromIso(closedAt) > asOf
  return {
    open: alerts
      .filter(isOpen)
      .map(alertReport)
      .toSorted(
        (a, b) =>
          Number(b.told) - Number(a.told) ||
          rankOf(a.severity) - rankOf(b.severity) ||
          (b.opened_at < a.opened_at ? -1 : b.opened_at > a.opened_at ? 1 : 0) ||
          (a.subject < b.subject ? -1 : 1),
      ),
    closed: alerts
      .filter((row) => !isOpen(row))
      .map(alertReport)
      .toSorted((a, b) => ((b.closed_at ?? '') < (a.closed_at ?? '') ? -1 : 1)),
  }
}

const alertReport = (row: StoredAlert): AlertReport => ({
  subject: subjectKey(row),
  severity: severityIn(row.severity) ?? 'info',
  told: isTold(row),
  inhibited: row.inhibited === 1,
  muted: row.muted,
  words: row.words,
  since: row.since,
  opened_at: row.opened_at,
  closed_at: row.closed_at,
  written_at: toIso(Number(row.version)),
  reference: row.reference,
  before: row.before,
  after: row.after,
  unit: row.unit,
  p: row.p,
  contributions: row.contributions,
  causes: row.causes,
  segments: row.segments,
  owner: row.owner,
  runbook: row.runbook,
})
