import type { EpochMs } from '#runtime/event/ids.ts'
import { type Assessment, severities, type Severity } from './assess.ts'
import type { Subject, SubjectKind } from './signal.ts'

/** What is remembered of one subject from window to window. */
export interface Course {
  /** Of the last windows, newest last: what was news in each. */
  readonly recent: readonly (Severity | null)[]
  /** null: all is quiet. */
  readonly open: OpenEpisode | null
}

export interface OpenEpisode {
  /** First window that was news. */
  readonly since: EpochMs
  readonly openedAt: EpochMs
  /** Worst so far. */
  readonly severity: Severity
  /** Windows in a row that were calm. */
  readonly calm: number
  /** Something upstream explains it: it is on the record, and nobody was told. */
  readonly inhibited: boolean
}

/** An alert as far as earlier windows know it. Times in milliseconds. */
export interface KnownEpisode {
  readonly subject: Subject
  /** End of the first window that was news … */
  readonly since: number
  /** … and of the last one so far that was not calm. */
  readonly last: number
  readonly severity: Severity
  /** Something upstream explained it when it was opened. */
  readonly inhibited: boolean
}

export type Turn =
  | { readonly turn: 'opened'; readonly episode: OpenEpisode }
  | { readonly turn: 'worsened'; readonly episode: OpenEpisode }
  | { readonly turn: 'closed'; readonly episode: OpenEpisode }

export const newCourse: Course = { recent: [], open: null }

/** Of this many windows … */
const windowsLooked = 3
/** … so many have to be news. What says "silent" or "late" needs no second look: either goes on until it ends. */
const windowsToFire = 2
const atOnce: ReadonlySet<SubjectKind> = new Set(['freshness', 'lag', 'rule'])
/** Below this part of the smallest change that is news all is calm: in between an episode stays what it is. */
const calmBelow = 0.7
/** So many in a row have to be calm. */
const windowsToClear = 3

/**
 * The next window of one subject. An episode opens when two of three windows are news, and closes when three in a row are clearly calm: in
 * between it stays what it is, so that a value at the edge does not ring twice. A window of which nobody knows anything is neither, unless it is as faint
 * as those before it.
 */
export function follow(
  course: Course,
  at: EpochMs,
  { faint, severity, known, strength, subject }: Assessment,
  windowMs: number,
): { readonly course: Course; readonly turn: Turn | null } {
  const recent = [...course.recent, severity].slice(-windowsLooked)
  const { open } = course
  if (open === null) {
    const news = recent.filter((one) => one !== null)
    const needed = atOnce.has(subject.kind) ? 1 : windowsToFire
    if (severity === null || news.length < needed) return { course: { recent, open }, turn: null }
    const first = recent.findIndex((one) => one !== null)
    const episode: OpenEpisode = {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a time before a time
      since: (at - (recent.length - 1 - first) * windowMs) as EpochMs,
      openedAt: at,
      severity: worstOf(news),
      calm: 0,
      inhibited: false,
    }
    return { course: { recent, open: episode }, turn: { turn: 'opened', episode } }
  }
  const isCalm = (known || faint) && strength < calmBelow
  const calm = isCalm ? open.calm + 1 : known ? 0 : open.calm
  if (calm >= windowsToClear)
    return {
      // What was news before it closed does not count again.
      course: { recent: recent.map(() => null), open: null },
      turn: { turn: 'closed', episode: { ...open, calm } },
    }
  const worst = severity === null ? open.severity : worstOf([open.severity, severity])
  const episode = { ...open, calm, severity: worst }
  return {
    course: { recent, open: episode },
    turn: worst === open.severity ? null : { turn: 'worsened', episode },
  }
}

const worstOf = (of: readonly Severity[]): Severity =>
  severities.findLast((severity) => of.includes(severity)) ?? 'info'
