/* oxlint-disable typescript/no-unsafe-type-assertion -- as much of a rebuild as this phase touches */
import { expect, it } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import type { GenerationsRecord, NextGeneration } from '#runtime/generation/record.ts'
import { createRerouter } from './core/reroute.ts'
import type { RebuildPorts } from './ports.ts'
import { createRun, defaultOptions } from './run.ts'
import { exchangeTables, pauseChannels } from './switch.ts'

const next: NextGeneration = {
  generation: 1,
  partitions: 1,
  definition: 0,
  phase: 'exchanging',
  startedAt: epochMs(0),
  feed: null,
  tables: {},
}
const record = { live: { generation: 0, partitions: 1 }, next, previous: null, last: 1 }

const stuck = async () => Promise.resolve({ committed: [], members: 1 })
const nobody = async () => Promise.resolve({ committed: [], members: 0 })

it('ends its own services before anybody may come up on the new generation: they have the same directories', async () => {
  const done: string[] = []
  const note = (what: string) => async () => {
    done.push(what)
    return Promise.resolve()
  }
  const ports = {
    next: { profiles: nobody, identity: nobody },
    tables: { exchange: note('tables change places') },
    dismiss: note('own services end'),
    save: async (changed: GenerationsRecord) => note(`the record says ${changed.next?.phase}`)(),
    pause: async () => Promise.resolve(),
  } as unknown as RebuildPorts
  await exchangeTables(createRun(ports, defaultOptions, createRerouter([], 1), record))
  expect(done).toEqual(['own services end', 'tables change places', 'the record says opening'])
})

it('remembers when the channels paused, and forgets it when the switch is put off', async () => {
  const saved: (number | undefined)[] = []
  let now = 1000
  const ports = {
    old: {
      channelMembers: async () => Promise.resolve(0),
      nudge: async () => Promise.resolve(),
      nudgeLinks: async () => Promise.resolve(),
      ends: async () => Promise.resolve({ low: [0], high: [1] }),
      linksEnd: async () => Promise.resolve(1),
      profiles: stuck,
      identity: stuck,
    },
    now: () => epochMs(now),
    pause: async () => {
      now += 1000
      return Promise.resolve()
    },
    save: async (changed: GenerationsRecord) => {
      saved.push(changed.next?.pausedAt)
      return Promise.resolve()
    },
  } as unknown as RebuildPorts
  const run = createRun(ports, { ...defaultOptions, drainMs: 5000 }, createRerouter([], 1), {
    ...record,
    next: { ...next, phase: 'pausing' },
  })
  await expect(pauseChannels(run)).rejects.toThrow('the switch is put off')
  expect(saved).toEqual([1000, undefined])
})
