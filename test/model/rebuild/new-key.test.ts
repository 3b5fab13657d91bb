import { expect, it } from 'vitest'
import { judge } from '../invariants.ts'
import { seedFrom } from '../seed.ts'
import { checkPlaces } from './carried.ts'
import { runRebuildHistory } from './drive.ts'

// The same histories with a rebuild from the raw topics, as under a new key: the production feed, killed at any point.

const histories = { most: 60, least: 10, forMs: 5_000 }

it('holds every invariant after a rebuild from the raw topics, whatever crashed', async () => {
  const only = seedFrom()
  const end = performance.now() + histories.forMs
  for (let seed = only ?? 1; seed <= (only ?? histories.most); seed++) {
    if (seed > histories.least && performance.now() > end) break
    const finished = await runRebuildHistory(seed, null, true)
    const breaches = [...judge(finished), ...checkPlaces(finished)]
    expect({ seed, breaches }).toEqual({ seed, breaches: [] })
  }
})

// The feed ran ahead of what the live generation knew to be erased: an erasure that a slow home wrote down late took what was received
// after it.
it.each([28, 39, 324])(
  'an erasure that is known late finds nothing younger: seed %i',
  async (seed) => {
    expect(judge(await runRebuildHistory(seed, null, true))).toEqual([])
  },
)
