import { asError } from '#runtime/errors/index.ts'
import { type Finished, runHistory } from './drive.ts'
import type { Mode } from './faults.ts'
import { type Breach, judge } from './invariants.ts'
import type { Mutant } from './mutants.ts'
import { runRebuildHistory } from './rebuild/drive.ts'
import { judgeRebuild } from './rebuild/judge.ts'
import { stepsMax } from './settle.ts'
import { noTally, type Tally } from './tally.ts'

/** One history and what is wrong with it. A mutant may break the product so badly that even the judge finds nothing to read. */
export async function runSeed(
  seed: number,
  mode: Mode,
  mutant: Mutant | null = null,
): Promise<Tally> {
  try {
    const { finished, breaches } = await runAndJudge(seed, mode, mutant)
    const { world, rest } = finished
    return {
      histories: 1,
      steps: world.steps,
      records: world.raw.length,
      events: world.raw.reduce((sum, { events }) => sum + events.length, 0),
      struck: Object.fromEntries(world.struck),
      // A rebuild ends in a history of its own length, not in one of a backlog.
      slowest: mode === 'rebuild' ? 0 : rest.steps / stepsMax(rest),
      failures: breaches.length === 0 ? [] : [{ seed, breaches }],
    }
  } catch (error) {
    const what = asError(error).stack ?? String(error)
    return {
      ...noTally(),
      histories: 1,
      failures: [{ seed, breaches: [{ invariant: 'rest', what }] }],
    }
  }
}

async function runAndJudge(
  seed: number,
  mode: Mode,
  mutant: Mutant | null,
): Promise<{ readonly finished: Finished; readonly breaches: readonly Breach[] }> {
  if (mode !== 'rebuild') {
    const finished = await runHistory(seed, { mode, mutant })
    return { finished, breaches: judge(finished) }
  }
  const finished = await runRebuildHistory(seed, mutant)
  return { finished, breaches: judgeRebuild(finished) }
}

/** The first of some seeds that fails, or null. */
export async function firstFailure(
  seeds: Iterable<number>,
  mode: Mode,
  mutant: Mutant,
): Promise<number | null> {
  for (const seed of seeds) if ((await runSeed(seed, mode, mutant)).failures.length > 0) return seed
  return null
}
