import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { channels } from '#runtime/event/vocabulary.ts'
import type { Admin } from '#runtime/kafka/ports.ts'
import { groupName, topicName } from '#schemas/topics.ts'
import { lagOf } from '../world/demo/converge.ts'
import { readings } from '../world/demo/environment.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import { exitOf, startRebuild } from '../support/pipeline/rebuild-process.ts'
import type { ServiceProcess } from '../support/pipeline/service-process.ts'
import { createWorldFeed, type WorldFeed } from '../support/pipeline/world-feed.ts'

// One installation through the mishaps of rebuilds, in turn: given up, killed in the middle, and made of a state that is lost.

let installation: Installation
let feed: WorldFeed
let services: ServiceProcess[]

const statusSchema = z.object({
  live: z.object({ generation: z.number() }),
  next: z.object({ generation: z.number(), phase: z.string(), events: z.number() }).nullable(),
})
const status = async (): Promise<z.infer<typeof statusSchema>> =>
  statusSchema.parse(JSON.parse(await installation.tributary('rebuild', 'status', '--json')))

beforeAll(async () => {
  installation = await createInstallation()
  feed = await createWorldFeed(installation, {
    seed: 815,
    events: 800,
    people: 80,
    now: Date.now(),
  })
  services = [...(await installation.startAll())]
  await feed.send(Math.floor(feed.left() / 2))
  await installation.converged(services)
})

afterAll(async () => {
  for (const generation of [1, 2, 3])
    await installation.clickhouse.command(
      `DROP DATABASE IF EXISTS ${installation.prefix}_generation_${generation}`,
      { withoutDatabase: true },
    )
  await installation.drop()
})

async function until(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await pause(50)
}

/** A new one each time: kafkajs goes on asking for every topic that a client ever met, also for one that a rebuild has dropped. */
async function withAdmin<T>(look: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = await installation.kafka.admin()
  try {
    return await look(admin)
  } finally {
    await admin.close()
  }
}

/** Processes of the services that the command started, as the group's members. */
const ownServices = async (generation: number): Promise<number> =>
  withAdmin(async (admin) => {
    const groups = ['profiles', 'identity'].map((service) =>
      groupName(installation.prefix, service, generation),
    )
    const members = await admin.members(groups)
    return [...members.values()].reduce((sum, count) => sum + count, 0)
  })

test('what is given up leaves nothing, and the generation that serves does not notice', async () => {
  const child = startRebuild(installation, ['--slice-events', '50'])
  const exited = exitOf(child)
  await until(async () => ((await status()).next?.events ?? 0) > 0)
  child.kill('SIGINT')
  expect(await exited).toBe(130)
  await installation.tributary('rebuild', 'abort')
  expect((await status()).next).toBeNull()
  const topics = await withAdmin(async (admin) => admin.listTopics())
  expect(topics).not.toContain(topicName(installation.prefix, 'profile.log', 1))
  const databases = await installation.clickhouse.query<{ name: string }>(
    'SELECT name FROM system.databases WHERE name LIKE {like:String}',
    { like: `${installation.prefix}\\_generation%` },
  )
  expect(databases).toEqual([])
  await installation.converged(services)
}, 120_000)

test('a rebuild that was killed goes on where it was, with the number that it had', async () => {
  const first = startRebuild(installation, ['--slice-events', '50'])
  const exited = exitOf(first)
  await until(async () => ((await status()).next?.events ?? 0) > 100)
  first.kill('SIGKILL')
  await exited
  // The services that it had started do not outlive it.
  await until(async () => (await ownServices(2)) === 0)
  await feed.send(Math.floor(feed.left() / 2))
  const before = await status()
  let code: number | null = null
  // Refused with 1 while the broker takes the killed one for alive.
  await until(async () => {
    code = await exitOf(startRebuild(installation, []))
    return code === 0
  })
  expect(before.next?.generation).toBe(2)
  expect((await status()).live.generation).toBe(2)
  await installation.converged(services, 60_000, 2)
}, 180_000)

test('a state that is lost, with what it had not written, is made anew', async () => {
  const channelGroups = new Set(channels.map((one) => groupName(installation.prefix, one)))
  const owners = services.filter(({ service }) => service === 'profiles' || service === 'identity')
  for (const one of owners) one.kill('SIGKILL')
  await Promise.all(owners.map(async ({ exited }) => exited))
  // The channels go on: what they write now, no owner of this generation ever applies.
  await feed.send(feed.left())
  const ofChannels = readings(installation.prefix).filter(({ group }) => channelGroups.has(group))
  expect(ofChannels).toHaveLength(channels.length)
  await until(async () => (await withAdmin(async (admin) => lagOf(admin, ofChannels))).lag === 0)
  for (const { instance } of owners)
    rmSync(join(installation.directory, 'state', instance), { recursive: true })
  rmSync(join(installation.directory, 'state', 'rebuild'), { recursive: true, force: true })
  expect(await exitOf(startRebuild(installation, []))).toBe(0)
  const others = services.filter((one) => !owners.includes(one))
  services = [...others, installation.start('identity'), installation.start('profiles')]
  await installation.ready(services)
  await installation.converged(services, 60_000, 3)
  const { missing, double, mismatches } = await feed.compare()
  expect({ missing, double, mismatches: mismatches.slice(0, 5) }).toEqual({
    missing: 0,
    double: 0,
    mismatches: [],
  })
}, 180_000)
