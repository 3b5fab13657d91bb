import { describe, expect, it } from 'vitest'
import { runHistory } from './drive.ts'
import { judge } from './oracle.ts'
import { seedFrom } from './seed.ts'
import type { Mutant } from './world.ts'

// Random histories of the whole hand-over, run by the production fold and the production linker: channels, owners and the linker take
// steps in any order; they crash at every send and commit, freeze and come back beside their successors, start from older checkpoints;
// upstream redelivers; identities chain, split, and are erased; definitions arrive at different times in different places. At the end
// everything must be as a batch job over all events and the final identity graph says, and two rows of one key and version must
// never have differed. One seed is one history: `TRIBUTARY_SEED=17 npx vitest run --project model` runs it alone.

/** As many as a quiet machine runs in some ten seconds; a busy one stops after twenty, but not before the least. */
const histories = { most: 2000, least: 300, forMs: 20_000 }

describe('hand-over', () => {
  it('ends as a batch job would, whatever happened on the way', () => {
    const only = seedFrom()
    const end = performance.now() + histories.forMs
    for (let seed = only ?? 1; seed <= (only ?? histories.most); seed++) {
      if (seed > histories.least && performance.now() > end) break
      expect(judge(runHistory(seed)), `seed ${seed}`).toEqual([])
    }
  })

  it('meets bursts that one record shows, and bursts that only the home recognises', () => {
    const some = Array.from({ length: 40 }, (_, n) => runHistory(n + 1))
    const clicks = some
      .flatMap(({ world }) => world.tables.final('events'))
      .filter(({ type }) => type === 'email_clicked')
    const home = some
      .flatMap(({ owners }) => owners)
      .reduce((sum, { states }) => sum + (states.at(-1)?.meta.counters.machineClickBurst ?? 0), 0)
    const flagged = clicks.filter(({ machine }) => machine === 'click_burst').length
    expect(home).toBeGreaterThan(10)
    expect(flagged - home).toBeGreaterThan(10)
    expect(clicks.length - flagged).toBeGreaterThan(10)
  })

  it('is the same history for the same seed', () => {
    const [one, again] = [runHistory(7), runHistory(7)]
    expect(again.world.log).toEqual(one.world.log)
    expect(again.owners).toEqual(one.owners)
  })
})

describe('the model has teeth: it finds', () => {
  // [what is broken on purpose, histories within which it must show]
  const mutants: readonly (readonly [Mutant, number])[] = [
    ['reordered sends', 20],
    ['positions without the index', 20],
    ['dropped Member', 100],
    ['state before effects', 100],
    ['early commit', 300],
    ['no marks', 1000],
  ]
  it.each(mutants)('%s', (mutant, within) => {
    let found = false
    for (let seed = 1; seed <= within && !found; seed++) found = fails(seed, mutant)
    expect(found).toBe(true)
  })
})

/** A mutant may also break an invariant so badly that the core itself refuses to go on. */
function fails(seed: number, mutant: Mutant): boolean {
  try {
    return judge(runHistory(seed, mutant)).length > 0
  } catch {
    return true
  }
}
