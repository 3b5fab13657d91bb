import type { EpochMs } from '#runtime/event/ids.ts'
import { type Assessment, assess } from './assess.ts'
import { type Cause, causesOf, isInhibited, type Surroundings } from './cause.ts'
import { type Course, follow, newCourse, type Turn } from './episode.ts'
import { type Signal, subjectKey } from './signal.ts'

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

/** One window of everything that is watched. A pure step: the same windows in the same order give the same notices. */
export function runWindow(input: WindowInput): WindowResult {
  const { at, windowMs, signals, surroundings } = input
  const assessments = assess(signals)
  const courses = new Map(input.courses)
  const notices: Notice[] = []
  for (const assessment of assessments) {
    const key = subjectKey(assessment.subject)
    const { course, turn } = follow(courses.get(key) ?? newCourse, at, assessment, windowMs)
    courses.set(key, course)
    if (turn === null) continue
    const since = Math.min(turn.episode.since, at - lookBackWindows * windowMs)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a time before a time
    const causes = causesOf(assessment, assessments, surroundings, since as EpochMs)
    notices.push({
      turn: turn.turn,
      episode: turn.episode,
      assessment,
      causes,
      inhibited: isInhibited(causes),
    })
  }
  return { assessments, notices, courses }
}
