import type { LeftOut } from '../store/label.ts'
import type { KnownEpisode } from '../watch/episode.ts'
import { subjectKey } from '../watch/signal.ts'

/**
 * What nobody has to label: windows in which a source was silent, or sent a quarter or four times as much as usual, or records waited in the pipeline, are
 * no reference of what is made from it; and windows in which something was an alert because of that are none of its own.
 */
export function incidentsOf(
  episodes: readonly KnownEpisode[],
  upstream: ReadonlyMap<string, ReadonlySet<string>>,
  windowMs: number,
): readonly LeftOut[] {
  return episodes.filter(isIncident).map(({ inhibited, last, since, subject }) => {
    const key = subjectKey(subject)
    const below = [...upstream].filter(([, above]) => above.has(key)).map(([name]) => name)
    return {
      from: since - windowMs,
      to: last,
      subjects: inhibited ? [key] : [key, ...below],
    }
  })
}

const isIncident = ({ inhibited, severity, subject }: KnownEpisode): boolean =>
  inhibited ||
  subject.kind === 'freshness' ||
  subject.kind === 'lag' ||
  (subject.kind === 'volume' && severity === 'critical')
