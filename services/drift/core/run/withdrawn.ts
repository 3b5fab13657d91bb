import { toIso } from '#runtime/time/iso.ts'
import { subjectKey } from '../watch/signal.ts'
import type { WindowResult } from '../watch/window.ts'
import type { AlertRow } from './result-rows.ts'
import type { StoredAlert } from './stored-alert.ts'

/**
 * Ends alerts that are open and that no course of windows leads to any more, or they would stay open for ever: a window was judged anew, after a label
 * or with another pipeline file, and does not open them; or of two processes at one window the other's verdict was kept.
 */
export function withdrawnRows(
  open: readonly StoredAlert[],
  { courses, notices }: WindowResult,
  asOf: number,
): readonly AlertRow[] {
  const known = new Set([
    ...notices.map(({ assessment, episode }) => keyOf(assessment.subject, episode.openedAt)),
    ...[...courses].flatMap(([key, course]) =>
      course.open === null ? [] : [`${key} ${toIso(course.open.openedAt)}`],
    ),
  ])
  return open
    .filter((row) => !known.has(`${subjectKey(row)} ${row.opened_at}`))
    .map(({ causes, contributions, ...row }) => ({
      ...row,
      version: String(asOf),
      closed_at: toIso(asOf),
      words: `${row.words}; withdrawn: its window was judged anew`,
      causes: causes.map(({ kind, words }) => [kind, words] as const),
      contributions: contributions.map(
        ({ bin, before, after, psi }) => [bin, before, after, psi] as const,
      ),
    }))
}

const keyOf = (subject: { kind: string; name: string }, openedAt: number): string =>
  `${subjectKey(subject)} ${toIso(openedAt)}`
