import { type Asking, ask } from '../run/question.ts'
import { within } from '../run/sql-time.ts'
import { type Snapshot, snapshot } from '../store/snapshot.ts'

interface Waited {
  readonly stage: string
  /** Milliseconds. */
  readonly delay: string
  readonly last_at: string
}

/** Of the minutes of a window, so many were no worse: an hour of a day is forgiven. */
const part = 0.95
/** Of a window that ended longer ago the reports may be gone, which `pipeline_health` keeps for a week: nobody knows then, which is no silence. */
const keptMs = 6 * 86_400_000
/** A stage reports every minute; what it does not say for so long it has no lag to speak of. */
const reportMs = 120_000

/**
 * How long records waited at each stage of the pipeline itself, minute by minute as its processes reported it: of whichever partition was worst. Where the
 * stage has fallen silent, at least as long as it has been. Kept as a silence is: the pipeline's own.
 * @param known Stages that reported in windows before.
 * @param now Milliseconds.
 */
export function* measureLag(
  asOf: number,
  windowMs: number,
  known: readonly string[],
  now: number,
): Asking<readonly Snapshot[]> {
  if (now - asOf > keptMs) return []
  const waited = yield* ask<Waited>(
    `SELECT stage, toUInt64(quantileExact(${part})(delay)) AS delay, toUnixTimestamp64Milli(max(last_at)) AS last_at
     FROM (
       SELECT stage, minute, max(if(oldest > 0, greatest(0, toUnixTimestamp64Milli(seen_at) - oldest * 1000), 0)) AS delay, max(seen_at) AS last_at
       FROM (
         SELECT component AS stage, minute, argMax(value, version) AS oldest, max(at) AS seen_at
         FROM pipeline_health
         WHERE name = 'oldest_waiting_timestamp_seconds' AND topic != '' AND ${within('minute')}
         GROUP BY stage, topic, partition, minute
       )
       GROUP BY stage, minute
     )
     GROUP BY stage ORDER BY stage`,
    { from: asOf - windowMs, as_of: asOf },
  )
  const heard = new Map(waited.map((row) => [row.stage, row]))
  return [...new Set([...heard.keys(), ...known])].map((stage) => {
    const row = heard.get(stage)
    const silence = row === undefined ? windowMs : asOf - Number(row.last_at)
    const delay = Math.max(Number(row?.delay ?? 0), silence > reportMs ? silence : 0)
    return snapshot(asOf, { kind: 'lag', name: stage }, 'freshness', {
      counts: [asOf - delay, delay],
    })
  })
}
