import type { ClockFact } from './facts.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** Within this, nobody can tell a wrong clock from a busy machine. */
const toleranceMs = 2000
const farMs = 60_000

/** Milliseconds that a clock is surely ahead (or behind: negative); 0 where the way of the answer may explain it. */
export function skewOf({ theirsMs, beforeMs, afterMs, resolutionMs }: ClockFact): number {
  if (theirsMs > afterMs) return theirsMs - afterMs
  const latest = theirsMs + resolutionMs
  return latest < beforeMs ? latest - beforeMs : 0
}

/** Each clock against that of this host. */
export function checkClocks(clocks: readonly ClockFact[]): readonly Finding[] {
  const findings = clocks.flatMap((clock) => {
    const skewMs = skewOf(clock)
    const size = Math.abs(skewMs)
    if (size <= toleranceMs) return []
    const message = `${clock.whose} is ${(size / 1000).toFixed(1)} s ${skewMs > 0 ? 'ahead of' : 'behind'} this host`
    const fix =
      'Let every host set its clock by NTP (timedatectl, chronyc tracking); see which of the two is wrong.'
    return [size > farMs ? problem('clock', message, fix) : warning('clock', message, fix)]
  })
  if (findings.length > 0 || clocks.length === 0) return findings
  return [ok('clock', `this host agrees with ${clocks.map(({ whose }) => whose).join(', ')}`)]
}
