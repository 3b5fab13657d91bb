import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Contents, differences, readContents } from './contents.ts'
import { createInstallation, type Installation, shippedPipeline } from './installation.ts'
import { serviceNames } from '../../world/demo/services.ts'
import { type Fault, supervise } from './supervisor.ts'
import { createWorldFeed, type WorldStory } from './world-feed.ts'
import type { Comparison } from '../../world/demo/compare.ts'
import { createRandom } from '../../world/random.ts'

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

/** Enough to see what is wrong. */
const firstFindings = ({ missing, double, mismatches }: Comparison): object => ({
  missing,
  double,
  mismatches: mismatches.slice(0, 5),
})

/** An installation that nothing disturbed, and what came out of it. */
interface Calm {
  readonly contents: Contents
  /** What the ledger misses, has twice, or has otherwise. */
  readonly findings: object
  readonly exits: readonly (number | null)[]
}

/** What the findings of a run are in which nothing was lost, counted twice or wrong. */
const nothingFound = { missing: 0, double: 0, mismatches: [] }

/** Sends the world to an undisturbed installation. */
async function undisturbed(installation: Installation): Promise<Calm> {
  const services = await installation.startAll()
  const feed = await createWorldFeed(installation, story)
  await feed.send(feed.left())
  await installation.converged(services)
  const findings = firstFindings(await feed.compare())
  const contents = await readContents(installation.clickhouse, segmentsOfValues)
  const exits = await Promise.all(services.map(async (service) => service.stop()))
  return { contents, findings, exits: exits.map(({ code }) => code) }
}

interface Shaken {
  /** Points at which nobody has died yet: none, or there was too little time. */
  readonly pending: readonly Fault[]
  readonly findings: object
  /** Where the contents are not those of the undisturbed installation. */
  readonly differing: readonly string[]
  readonly exits: readonly (number | null)[]
}

const faultsWithinMs = 150_000
const paceMs = 250

/**
 * Sends the same world to an installation whose processes die between the steps of a flush, and then at any moment.
 *
 * @param copies Names of the processes of each service.
 * @param every Of the points between two steps, one in so many.
 * @throws when a process ends that nobody killed.
 */
async function shakenLike(
  { contents: expected }: Pick<Calm, 'contents'>,
  shaken: Installation,
  copies: readonly [string, ...string[]],
  every: number,
): Promise<Shaken> {
  const feed = await createWorldFeed(shaken, story)
  // Something is there from the start: a death in a flush of nothing would show nothing.
  await feed.send(300)
  const wanted = faults.filter((_fault, place) => place % every === 0)
  const supervisor = supervise(shaken, { services: serviceNames, copies, faults: wanted })
  const deadline = performance.now() + faultsWithinMs
  const reserve = feed.left() / 3

  // A trickle, so that there are many flushes to die in.
  while (supervisor.pending().length > 0 && performance.now() < deadline) {
    supervisor.assertNoOtherEnd()
    await feed.send(feed.left() > reserve ? 10 : 2)
    await pause(paceMs)
  }
  const hit = new Set(supervisor.hit)
  const pending = wanted.filter((fault) => !hit.has(fault))

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

  const findings = firstFindings(await feed.compare())
  const differing = differences(expected, await readContents(shaken.clickhouse, segmentsOfValues))
  return { pending, findings, differing, exits: await supervisor.stop() }
}

/**
 * The tests of one way of dying: the world comes out of an undisturbed installation as it is, and the same comes out of one whose processes die.
 *
 * @param who Whose processes die, in the second test's name.
 * @param copies Names of the processes of each service.
 * @param every Of the points between two steps, one in so many.
 */
export function crashTests(
  who: string,
  copies: readonly [string, ...string[]],
  every: number,
): void {
  const installations: Installation[] = []
  let calm: Calm
  let keyFile: string

  afterAll(async () => {
    await Promise.all(installations.map(async (installation) => installation.drop()))
  })

  test('undisturbed, the world comes out as it is', async () => {
    const installation = await createInstallation()
    installations.push(installation)
    keyFile = installation.keyFile
    calm = await undisturbed(installation)
    expect(calm.findings).toEqual(nothingFound)
    expect(calm.exits).toEqual(calm.exits.map(() => 0))
  })

  test(`${who}, killed between steps and in mid-stream, changes nothing of what comes out`, async () => {
    const installation = await createInstallation({ keyFile })
    installations.push(installation)
    const shaken = await shakenLike(calm, installation, copies, every)
    expect(shaken.pending).toEqual([])
    expect(shaken.findings).toEqual(nothingFound)
    expect(shaken.differing).toEqual([])
    expect(shaken.exits).toEqual(shaken.exits.map(() => 0))
  }, 300_000)
}
