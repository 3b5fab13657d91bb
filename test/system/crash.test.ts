import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Contents, differences, readContents } from '../support/pipeline/contents.ts'
import {
  createInstallation,
  type Installation,
  shippedPipeline,
} from '../support/pipeline/installation.ts'
import { serviceNames } from '../world/demo/services.ts'
import { type Fault, supervise } from '../support/pipeline/supervisor.ts'
import { createWorldFeed, type WorldStory } from '../support/pipeline/world-feed.ts'
import type { Comparison } from '../world/demo/compare.ts'
import { createRandom } from '../world/random.ts'

// Two worlds that are one: the same people send the same records, once to an undisturbed installation, once to one whose
// processes die all the time: between each two steps of a flush, and in mid-stream. What comes out must be the same.

const seed = 20_261
const story: WorldStory = { seed, events: 4000, people: 400, now: Date.now() }
const random = createRandom(seed, 0xc4a5)
const early = (): number => 1 + random.int(3)

/** Every point between two steps, each at a moment that the seed chose. */
const faults: readonly Fault[] = [
  ...(['identity', 'profiles'] as const).flatMap((service) =>
    [1, 2, 3, 4, 5].map((step) => ({ service, at: `flush:${step}:${early()}` })),
  ),
  ...(['email', 'web', 'crm'] as const).flatMap((service) =>
    ['produce', 'commit'].map((step) => ({ service, at: `channel:${step}:${early()}` })),
  ),
]

/** Hysteresis and groups remember the order in which things were learnt: invariant 3 leaves them out, and so does this. */
const segmentsOfValues: ReadonlySet<string> = new Set(
  z
    .object({
      segments: z.array(
        z.looseObject({
          name: z.string(),
          exit: z.string().optional(),
          min_stay: z.string().optional(),
          group: z.string().optional(),
        }),
      ),
    })
    .parse(parse(readFileSync(shippedPipeline, 'utf8'), { merge: true }))
    .segments.filter(
      ({ exit, min_stay, group }) =>
        exit === undefined && min_stay === undefined && group === undefined,
    )
    .map(({ name }) => name),
)

const installations: Installation[] = []
/** Enough to see what is wrong. */
const firstFindings = ({ missing, double, mismatches }: Comparison): object => ({
  missing,
  double,
  mismatches: mismatches.slice(0, 5),
})

let calm: Installation
let expected: Contents

afterAll(async () => {
  await Promise.all(installations.map(async (installation) => installation.drop()))
})

test('undisturbed, the world comes out as it is', async () => {
  calm = await createInstallation()
  installations.push(calm)
  const services = await calm.startAll()
  const feed = await createWorldFeed(calm, story)
  await feed.send(feed.left())
  await calm.converged(services)
  expect(firstFindings(await feed.compare())).toEqual({ missing: 0, double: 0, mismatches: [] })
  expected = await readContents(calm.clickhouse, segmentsOfValues)
  const exits = await Promise.all(services.map(async (service) => service.stop()))
  expect(exits.map(({ code }) => code)).toEqual(services.map(() => 0))
})

const faultsWithinMs = 150_000
const paceMs = 250

// Of two processes, the other one takes over, and tells again from its own older state whatever the first had not yet told: that is
// one way of losing nothing. A process alone must go on from exactly where it died: that is the other.
test.each<readonly [string, readonly [string, ...string[]]]>([
  ['two processes', ['a', 'b']],
  ['one process', ['a']],
])(
  '%s of each service, killed between each two steps and in mid-stream, change nothing of what comes out',
  async (_, copies) => {
    const shaken = await createInstallation({ keyFile: calm.keyFile })
    installations.push(shaken)
    const feed = await createWorldFeed(shaken, story)
    // Something is there from the start: a death in a flush of nothing would show nothing.
    await feed.send(300)
    // Each death of one of two is a wait for the group: a few points are enough to show that the other one takes over.
    const wanted = faults.filter((_fault, place) => copies.length === 1 || place % 4 === 0)
    const supervisor = supervise(shaken, { services: serviceNames, copies, faults: wanted })
    const deadline = performance.now() + faultsWithinMs
    const reserve = feed.left() / 3

    // A trickle, so that there are many flushes to die in.
    while (supervisor.pending().length > 0 && performance.now() < deadline) {
      supervisor.assertNoOtherEnd()
      await feed.send(feed.left() > reserve ? 10 : 2)
      await pause(paceMs)
    }
    expect(supervisor.pending()).toEqual([])
    expect(new Set(supervisor.hit)).toEqual(new Set(wanted))

    // And now a stream, with deaths at any moment.
    await supervisor.ready()
    for (const service of serviceNames) {
      await feed.send(Math.ceil(feed.left() / 8))
      await pause(random.int(400))
      supervisor.kill(`${service}-${random.pick(copies)}`)
    }
    await supervisor.ready()
    await feed.send(feed.left())
    await shaken.converged(supervisor.running(), 90_000)
    supervisor.assertNoOtherEnd()

    expect(firstFindings(await feed.compare())).toEqual({ missing: 0, double: 0, mismatches: [] })
    expect(differences(expected, await readContents(shaken.clickhouse, segmentsOfValues))).toEqual(
      [],
    )
    expect(await supervisor.stop()).toEqual(supervisor.running().map(() => 0))
  },
  300_000,
)
