import { expect, it } from 'vitest'
import { mutants, rebuildMutants } from './mutants.ts'
import { findSeed, recorded, seedsMax } from './recorded.ts'
import { runSeed } from './run-seed.ts'

// The simulation has teeth: each of these breaks the product in a wrapper around its ports, and some history must show it. The recorded
// seed is tried first; only when the histories have changed since is there a search, whose answer then belongs into `recorded.ts`.

it.each([...mutants, ...rebuildMutants])(
  `finds within ${seedsMax} seeds that %s`,
  async (mutant) => {
    const { mode, seed } = recorded[mutant]
    const found = await findSeed(mutant)
    expect(found, `recorded ${seed}, found at ${found}`).not.toBeNull()
    // Not for another reason: without the mutant the history is a good one.
    expect((await runSeed(found ?? seed, mode)).failures).toEqual([])
  },
)
