import { buildPeer } from '../peers/peer.ts'
import type { ContestantName } from './lanes/lane.ts'
import { type ContestantResult, contestantResult } from './result.ts'

/** Who can run here, and why the others do not. */
export interface Participants {
  readonly running: readonly ContestantName[]
  readonly absent: Readonly<Partial<Record<ContestantName, ContestantResult>>>
}

const isPeer = (name: ContestantName): boolean => name.startsWith('kafka_streams')

/**
 * Builds the contestants that have to be built; one that can't be on this machine does not take part, and that is said.
 * @throws Error with Maven's words when its code does not compile.
 */
export async function participants(wanted: readonly ContestantName[]): Promise<Participants> {
  const missing = wanted.some(isPeer) ? await buildPeer() : null
  if (missing === null) return { running: wanted, absent: {} }
  return {
    running: wanted.filter((name) => !isPeer(name)),
    absent: Object.fromEntries(
      wanted
        .filter(isPeer)
        .map((name) => [name, contestantResult([], [`did not run: ${missing}`])]),
    ),
  }
}
