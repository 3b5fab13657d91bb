import { describe, expect, it } from 'vitest'
import { runHistory } from './drive.ts'
import type { Mode } from './faults.ts'
import { replayCommand } from './page.ts'
import { runSeed } from './run-seed.ts'
import { seedFrom } from './seed.ts'
import { linksOf } from './world.ts'

// Random histories of all services: the production pipelines on brokers, states and tables in memory. One seed decides everything: who takes
// the next step, who crashes where, what is lost, what comes twice. README.md says what strikes and what must hold.
// `TRIBUTARY_SEED=17 npx vitest run --project model` runs one history alone; `npm run simulate` runs as many as wanted.

/** A quiet machine runs them all in the time; a busy one stops there, but not before the least. */
const histories = { most: 300, least: 60, forMs: 12_000 }

describe.each(['safety', 'liveness'] as const)('%s', (mode: Mode) => {
  it('holds every invariant at the end of every history', async () => {
    const only = seedFrom()
    const end = performance.now() + histories.forMs
    for (let seed = only ?? 1; seed <= (only ?? histories.most); seed++) {
      if (seed > histories.least && performance.now() > end) break
      const { failures } = await runSeed(seed, mode)
      expect({ again: replayCommand(mode, seed), failures }).toMatchObject({ failures: [] })
    }
  })

  it('is the same history for the same seed', async () => {
    const [one, again] = [await runHistory(7, { mode }), await runHistory(7, { mode })]
    const logOf = ({ world }: typeof one) =>
      Array.from({ length: world.partitions }, (_, partition) =>
        world.broker
          .records(world.profiles.writes.profileLog, partition)
          .map(
            ({ timestamp, value }) => `${timestamp} ${Buffer.from(value ?? []).toString('hex')}`,
          ),
      )
    expect(logOf(again)).toEqual(logOf(one))
    expect(again.states).toEqual(one.states)
    expect([again.world.steps, again.world.struck]).toEqual([one.world.steps, one.world.struck])
  })
})

describe('what once failed', () => {
  // A Tick whose send failed was never sent again, and nobody saw that the producer was dead, as long as the partition was idle.
  it.each([225, 1399])('holds in liveness seed %i', async (seed) => {
    expect((await runSeed(seed, 'liveness')).failures).toEqual([])
  })
})

describe('the histories', () => {
  it('meet every kind of fault, bursts that one record shows, bursts that only the home recognises, bad records, and merges that are taken back', async () => {
    const some = []
    for (let seed = 1; seed <= 55; seed++) some.push(await runHistory(seed, { mode: 'safety' }))
    const struck = new Set(some.flatMap(({ world }) => [...world.struck.keys()]))
    for (const kind of [
      'crash',
      'fail-over, the old one lives on',
      'rebalance',
      'a clock jumps',
      'send: done, then an error',
      'send: done in part, then an error',
      'insert: done, then an error',
      'died between two steps of a channel',
    ])
      expect(struck).toContain(kind)
    const clicks = some
      .flatMap(({ world }) => world.tables.final('events'))
      .filter(({ type }) => type === 'email_clicked')
    const home = some
      .flatMap(({ states }) => states)
      .reduce((sum, { meta }) => sum + meta.counters.machineClickBurst, 0)
    const flagged = clicks.filter(({ machine }) => machine === 'click_burst').length
    expect(home).toBeGreaterThan(10)
    expect(flagged - home).toBeGreaterThan(10)
    expect(clicks.length - flagged).toBeGreaterThan(10)
    expect(some.flatMap(({ world }) => world.raw.flatMap(({ bad }) => bad)).length).toBeGreaterThan(
      10,
    )
    const takenBack = some.flatMap(({ rest }) => rest.takenBack ?? [])
    expect(takenBack.filter(({ lifted }) => !lifted).length).toBeGreaterThan(4)
    expect(takenBack.filter(({ lifted }) => lifted).length).toBeGreaterThan(0)
    const answers = some.flatMap(({ world }) =>
      world.tables.final('profiles').map(({ consent }) => consent['ads']),
    )
    for (const state of ['given', 'denied', 'unanswered']) expect(answers).toContain(state)
    expect(some.flatMap(({ rest }) => rest.ended ?? []).length).toBeGreaterThan(0)
    const told = new Set(
      some.flatMap(({ world }) =>
        linksOf(world).map(({ record }) =>
          record.kind === 'command' ? record.action : record.kind,
        ),
      ),
    )
    for (const what of ['link', 'merge', 'split', 'unsplit', 'reconsider', 'erase'])
      expect(told).toContain(what)
  })
})
