import type { RebuildOptions } from '../../../services/cli/rebuild/run.ts'
import { definitions } from '../definitions.ts'
import type { Random } from '../random.ts'
import type { World } from '../world.ts'

const hour = 3_600_000

/** What is rebuilt, and why. */
export interface Scenario {
  /** Of the new generation. */
  readonly partitions: number
  /** Version of its pipeline file. */
  readonly definition: number
  /** The live generation's profiles, its linker, or both never come up again: what they had not applied, the new one must. */
  readonly lost: readonly ('profiles' | 'identity')[]
  readonly options: RebuildOptions
  /** Fed from the raw topics, as under a new installation key. */
  readonly newKey: boolean
}

/** Under a new key nothing else changes but partitions, and nothing may be left undrained. */
export function underNewKey(scenario: Scenario, { deployed }: World): Scenario {
  const options = { ...scenario.options, drained: true }
  return { ...scenario, definition: deployed, lost: [], options, newKey: true }
}

export function drawScenario({ random, deployed, partitions }: World, plain: boolean): Scenario {
  const same = plain || random.chance(0.2)
  const lost = random.pick([
    [],
    [],
    [],
    ['profiles'],
    ['identity'],
    ['profiles', 'identity'],
  ] as const)
  return {
    partitions: random.chance(0.4) ? partitions : 1 + random.below(4),
    definition: same ? deployed : random.chance(0.5) ? definitions.length : later(random, deployed),
    lost,
    newKey: false,
    options: {
      sliceMs: random.pick([0, hour, 24 * hour]),
      sliceEvents: random.pick([1, 5, 40]),
      closeEvents: random.pick([1, 8]),
      drainMs: random.pick([12 * hour, 400 * hour]),
      drained: random.chance(0.7),
      nudgeAfter: 3,
      goneLooks: 2,
      keepOld: true,
    },
  }
}

const later = (random: Random, deployed: number): number =>
  deployed + 1 + random.below(definitions.length - deployed)
