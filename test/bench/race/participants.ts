import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { peer } from './lanes/kafka-streams.ts'
import type { ContestantName } from './lanes/lane.ts'
import { type ContestantResult, contestantResult } from './result.ts'

/** Who can run here, and why the others do not. */
export interface Participants {
  readonly running: readonly ContestantName[]
  readonly absent: Readonly<Partial<Record<ContestantName, ContestantResult>>>
}

const isPeer = (name: ContestantName): boolean => name.startsWith('kafka_streams')

/** Builds the contestants that have to be built; one that can't be does not take part, and that is said. */
export function participants(
  wanted: readonly ContestantName[],
  build: () => string | null = buildPeer,
): Participants {
  const missing = wanted.some(isPeer) ? build() : null
  if (missing === null) return { running: wanted, absent: {} }
  return {
    running: wanted.filter((name) => !isPeer(name)),
    absent: Object.fromEntries(
      wanted.filter(isPeer).map((name) => [name, contestantResult([], [missing])]),
    ),
  }
}

/** Why Kafka Streams can't run here; null: it is built. */
function buildPeer(): string | null {
  for (const command of ['java', 'mvn']) {
    if (spawnSync(command, ['-version'], { stdio: 'ignore' }).status !== 0)
      return `did not run: there is no ${command} here`
  }
  const { status, stderr, stdout } = spawnSync(
    'mvn',
    ['-q', '-B', '-f', join(peer, 'pom.xml'), '-DskipTests', 'package'],
    { encoding: 'utf8' },
  )
  if (status === 0) return null
  const firstError = `${stdout}${stderr}`.split('\n').find((line) => line.includes('ERROR'))
  return `did not run: mvn package ended with ${status ?? 'a signal'}${firstError === undefined ? '' : `: ${firstError.trim()}`}`
}
