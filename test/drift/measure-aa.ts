import { floors } from '../../services/drift/core/verdict/size.ts'
import { subjectKey } from '../../services/drift/core/watch/signal.ts'
import { features } from './features.ts'
import { createWatch, usualPlan } from './watch.ts'

/** A year in which nothing changed: every alert that somebody is told of is false. */
export interface QuietYear {
  readonly seed: number
  readonly windows: number
  /** Subjects watched in the last window, the features among them. */
  readonly subjects: number
  readonly falseEpisodes: readonly FalseEpisode[]
  /** Largest debiased PSI of a feature that counted for anything, in any window. */
  readonly largestPsi: number
  /** Windows in which one subject was news: one in three of them is no alert yet. */
  readonly singleNews: number
}

interface FalseEpisode {
  readonly subject: string
  readonly window: number
  readonly severity: string
}

export const goalPerSeed = 1

/** @param watched Called after each window. */
export function quietYear(
  seed: number,
  windows: number,
  watched: () => void = () => {},
): QuietYear {
  const watch = createWatch(usualPlan(seed))
  const falseEpisodes: FalseEpisode[] = []
  let [subjects, largestPsi, singleNews] = [0, 0, 0]
  for (let window = 0; window < windows; window += 1) {
    const { assessments, notices } = watch.day()
    subjects = assessments.length
    for (const { subject, unit, strength, severity } of assessments) {
      if (severity !== null) singleNews += 1
      if (subject.kind === 'feature' && unit === 'psi')
        largestPsi = Math.max(largestPsi, strength * floors.info)
    }
    for (const { turn, assessment, episode, inhibited } of notices)
      if (turn === 'opened' && !inhibited)
        falseEpisodes.push({
          subject: subjectKey(assessment.subject),
          window,
          severity: episode.severity,
        })
    watched()
  }
  return { seed, windows, subjects, falseEpisodes, largestPsi, singleNews }
}

export const falsePerSeed = (years: readonly QuietYear[]): number =>
  years.reduce((sum, { falseEpisodes }) => sum + falseEpisodes.length, 0) / years.length

export const featuresWatched = features.length
