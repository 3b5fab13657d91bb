import type { EpochMs } from '#runtime/event/ids.ts'
import { type Assessment, assess, unknown } from './assess.ts'
import { type Cause, causesOf, isInhibited, type Surroundings } from './cause.ts'
import { type Course, follow, newCourse, type Turn } from './episode.ts'
import { type Signal, subjectKey, subjectOfKey } from './signal.ts'

export interface WindowInput {
  readonly at: EpochMs
  readonly windowMs: number
  readonly signals: readonly Signal[]
  /** By subject; those of the window before. */
  readonly courses: ReadonlyMap<string, Course>
  readonly surroundings: Surroundings
}

/** An episode that began, worsened or ended. */
export interface Notice {
  readonly turn: Turn['turn']
  readonly episode: Turn['episode']
  readonly assessment: Assessment
  readonly causes: readonly Cause[]
  /** It is what an upstream alert did: on the record, and nobody is told. */
  readonly inhibited: boolean
}

export interface WindowResult {
  readonly assessments: readonly Assessment[]
  readonly notices: readonly Notice[]
  readonly courses: ReadonlyMap<string, Course>
}

/** How far back a cause may lie: as many windows as it may take until something is an alert. */
const lookBackWindows = 3
/** What is still so after this, when its cause is over, has another: features that remember a month have forgotten the incident by then. */
const releaseWindows = 56

/** One window of everything that is watched. A pure step: the same windows in the same order give the same notices. */
export function runWindow(input: WindowInput): WindowResult {
  const { at, windowMs, signals, surroundings } = input
  const measured = assess(signals)
  const gone = unmeasured(input.courses, measured)
  const assessments = [...measured, ...gone]
  const courses = new Map(input.courses)
  const turns = new Map<string, Turn>()
  for (const assessment of assessments) {
    const key = subjectKey(assessment.subject)
    // What is not there any more is calm, or its alert would stay open for ever.
    const followed = gone.includes(assessment) ? { ...assessment, faint: true } : assessment
    const { course, turn } = follow(courses.get(key) ?? newCourse, at, followed, windowMs)
    courses.set(key, course)
    if (turn !== null) turns.set(key, turn)
  }
  // An open episode explains until it closes: what remembers goes on sinking when its source is back.
  const explaining = assessments.map((one) => ({
    ...one,
    severity: one.severity ?? courses.get(subjectKey(one.subject))?.open?.severity ?? null,
  }))
  const causesSince = (assessment: Assessment, since: EpochMs): readonly Cause[] => {
    const from = Math.min(since, at - lookBackWindows * windowMs)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a time before a time
    return causesOf(assessment, explaining, surroundings, from as EpochMs)
  }
  const notices: Notice[] = []
  for (const assessment of assessments) {
    const key = subjectKey(assessment.subject)
    const course = courses.get(key) ?? newCourse
    const turn = turns.get(key) ?? overdue(course, assessment, at - releaseWindows * windowMs)
    if (turn === null) continue
    const causes = causesSince(assessment, turn.episode.since)
    const explained = isInhibited(causes)
    // Nobody was told of it: it isn't told again, and when its cause lasts as long as it does there is nothing to tell.
    if (explained && !turns.has(key)) continue
    const inhibited = turn.turn === 'closed' ? turn.episode.inhibited : explained
    const episode = {
      ...turn.episode,
      inhibited: turn.turn === 'opened' ? inhibited : turn.episode.inhibited && inhibited,
    }
    if (course.open !== null) courses.set(key, { ...course, open: episode })
    notices.push({ turn: turn.turn, episode, assessment, causes, inhibited })
  }
  return { assessments, notices, courses }
}

/** Subjects with an open episode that this window does not know: no such feature is in the file, no such event comes any more. */
function unmeasured(
  courses: ReadonlyMap<string, Course>,
  measured: readonly Assessment[],
): readonly Assessment[] {
  const known = new Set(measured.map(({ subject }) => subjectKey(subject)))
  return [...courses]
    .filter(([key, { open }]) => open !== null && !known.has(key))
    .map(([key]) => unknown(subjectOfKey(key), 'fact'))
}

/** An episode that nobody was told of and that has outlived its cause begins, for whoever listens, now. */
function overdue({ open }: Course, { severity }: Assessment, openedBefore: number): Turn | null {
  return open !== null && open.inhibited && severity !== null && open.openedAt <= openedBefore
    ? { turn: 'opened', episode: open }
    : null
}
