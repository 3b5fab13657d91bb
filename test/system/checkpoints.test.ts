import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { createDirectoryCheckpointStore } from '#runtime/checkpoint/index.ts'
import { offset } from '#runtime/event/ids.ts'
import { foldVersion as linkerVersion } from '../../services/identity/shell/lmdb-state.ts'
import { foldVersion } from '../../services/profiles/core/fold/fold-version.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import { healthOf, type ServiceProcess } from '../support/pipeline/service-process.ts'
import { createWorldFeed, type WorldFeed } from '../support/pipeline/world-feed.ts'
import type { ServiceName } from '../world/demo/services.ts'
import { serviceNames } from '../world/demo/services.ts'

// One story, told in order: a host is lost and another one goes on from checkpoints; then one of everything is damaged; then the log is too short.

const partitions = [0, 1, 2, 3]
const parts = [...partitions, 'identity']
const stateful = ['identity', 'profiles'] as const
const withinMs = 30_000

let installation: Installation
let feed: WorldFeed
const running = new Map<ServiceName, ServiceProcess>()

afterAll(async () => installation.drop())

const checkpointDir = (): string => join(installation.directory, 'checkpoints')
const seriesOf = (part: number | string) => ({
  generation: 0,
  part,
  foldVersion: part === 'identity' ? linkerVersion : foldVersion,
})
const offsetsOf = async (part: number | string): Promise<readonly number[]> =>
  createDirectoryCheckpointStore(checkpointDir()).list(seriesOf(part))
/** Of the processes that went on elsewhere. */
const at = (partition: number): string =>
  join(
    installation.directory,
    'state',
    'profiles-elsewhere',
    'generation-0',
    `partition-${partition}`,
    'data.mdb',
  )

function start(service: ServiceName, instance: string): ServiceProcess {
  const started = installation.start(service, instance, {
    TRIBUTARY_CHECKPOINT_DIR: checkpointDir(),
    TRIBUTARY_CHECKPOINT_INTERVAL_MS: '300',
    TRIBUTARY_CHECKPOINTS_KEPT: '4',
  })
  running.set(service, started)
  return started
}

const metricsOf = async (service: ServiceName): Promise<string> => {
  const url = (await running.get(service)?.url()) ?? ''
  return (await fetch(`${url}/metrics`)).text()
}

async function killStateful(): Promise<void> {
  for (const service of stateful) {
    const one = running.get(service)
    one?.kill('SIGKILL')
    await one?.exited
  }
}

/** A checkpoint of each part goes as far as its log did at the time of the call. */
async function untilCheckpointed(): Promise<void> {
  const { admin, prefix } = installation
  const log = await admin.offsets(`${prefix}.profile.log`)
  const links = await admin.offsets(`${prefix}.identity.links`)
  for (const part of parts) {
    const high = typeof part === 'number' ? log.get(part)?.high : links.get(0)?.high
    await vi.waitFor(
      async () => expect((await offsetsOf(part))[0]).toBeGreaterThanOrEqual(high ?? 1),
      withinMs,
    )
  }
}

test('every part of the state is copied while events flow', async () => {
  installation = await createInstallation()
  feed = await createWorldFeed(installation, {
    seed: 77,
    events: 2500,
    people: 250,
    now: Date.now(),
  })
  for (const service of serviceNames) start(service, service)
  await installation.ready([...running.values()])
  for (let round = 0; round < 2; round++) {
    await feed.send(600)
    await installation.converged(running.values())
    await untilCheckpointed()
  }
  expect(await metricsOf('profiles')).toMatch(
    /tributary_checkpoint_newest_timestamp_seconds\{part="0"/,
  )
  for (const part of parts) expect((await offsetsOf(part)).length).toBeGreaterThan(1)
})

test('on an empty host, processes go on from the checkpoints and not from the start of the log', async () => {
  const checkpointed = await Promise.all(parts.map(async (part) => (await offsetsOf(part))[0] ?? 0))
  await killStateful()
  rmSync(join(installation.directory, 'state', 'profiles'), { recursive: true })
  rmSync(join(installation.directory, 'state', 'identity'), { recursive: true })
  await feed.send(400)
  for (const service of stateful) start(service, `${service}-elsewhere`)
  await installation.ready([...running.values()])
  await installation.converged(running.values())
  const opened = (await metricsOf('profiles')) + (await metricsOf('identity'))
  for (const [index, part] of parts.entries()) {
    expect(opened).toMatch(
      new RegExp(`tributary_state_opened_total\\{part="${part}",source="checkpoint"`),
    )
    const from = new RegExp(`tributary_state_opened_offset\\{part="${part}".*\\} (\\d+)`).exec(
      opened,
    )
    expect(Number(from?.[1])).toBeGreaterThanOrEqual(checkpointed[index] ?? 1)
  }
  expect(opened).not.toContain('source="nothing"')
  await untilCheckpointed()
})

test('damaged checkpoints, damaged states and states of something else are not served, and nothing is lost', async () => {
  await killStateful()
  // 0: its state is lost and its newest checkpoint is damaged. 1: its state is damaged. 2: it has the state of another partition.
  rmSync(at(0))
  const newest = join(
    checkpointDir(),
    '0',
    '0',
    String(foldVersion),
    String((await offsetsOf(0))[0]),
  )
  const bytes = readFileSync(join(newest, 'data.mdb'))
  bytes.fill(0x55, bytes.length - 2000, bytes.length - 1000)
  writeFileSync(join(newest, 'data.mdb'), bytes)
  writeFileSync(at(1), readFileSync(at(1)).subarray(0, 40_000))
  copyFileSync(at(3), at(2))
  await feed.send(400)
  for (const service of stateful) start(service, `${service}-elsewhere`)
  await installation.ready([...running.values()])
  await feed.send(feed.left())
  await installation.converged(running.values(), 90_000)

  const metrics = await metricsOf('profiles')
  expect(metrics).toMatch(/checkpoints_refused_total\{part="0",code="TRB_CHECKPOINT_INVALID"/)
  expect(metrics).toMatch(/state_quarantined_total\{part="1",code="TRB_STATE_CORRUPT"/)
  expect(metrics).toMatch(/state_quarantined_total\{part="2",code="TRB_STATE_FOREIGN"/)
  for (const part of [0, 1, 2])
    expect(metrics).toMatch(new RegExp(`state_opened_total\\{part="${part}",source="checkpoint"`))
  expect(metrics).toMatch(/state_opened_total\{part="3",source="local"/)
  expect(existsSync(newest)).toBe(false)
  const beside = readdirSync(join(at(0), '..', '..'))
  expect(beside.filter((name) => name.includes('.quarantine-'))).toHaveLength(2)
  const profiles = running.get('profiles')
  const health = profiles === undefined ? null : await healthOf(profiles)
  expect(health?.checks.find(({ name }) => name === 'state')?.why).toContain('moved to')

  const { missing, double, mismatches } = await feed.compare()
  expect({ missing, double, mismatches: mismatches.slice(0, 5) }).toEqual({
    missing: 0,
    double: 0,
    mismatches: [],
  })
})

test('a partition whose log is too short for any state stands still and says what would help; the others go on', async () => {
  await untilCheckpointed()
  await killStateful()
  const { admin, prefix } = installation
  const topic = `${prefix}.profile.log`
  const high = (await admin.offsets(topic)).get(0)?.high ?? offset(0)
  await admin.deleteRecords(topic, new Map([[0, high]]))
  rmSync(at(0))
  rmSync(join(checkpointDir(), '0', '0'), { recursive: true })
  const profiles = start('profiles', 'profiles-elsewhere')
  await vi.waitFor(async () => {
    const { checks } = await healthOf(profiles)
    const why = checks.find(({ name }) => name === 'partitions')?.why
    expect(why).toContain(`starts at offset ${high}`)
    expect(why).toMatch(/Put a checkpoint of offset \d+ or later into .* or rebuild/)
    expect(why).not.toMatch(/(: |; )[123]: /)
  }, withinMs)
  for (const part of [1, 2, 3])
    await vi.waitFor(
      async () =>
        expect(await metricsOf('profiles')).toMatch(
          new RegExp(`state_opened_total\\{part="${part}",source="local"`),
        ),
      withinMs,
    )
  expect(profiles.isAlive()).toBe(true)
})
