import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createDirectoryCheckpointStore } from '#runtime/checkpoint/index.ts'
import { foldVersion } from '../../../../services/profiles/core/fold/fold-version.ts'
import type { RaceOptions } from '../options.ts'
import type { RaceContext } from '../race.ts'
import { planStreams } from '../stream/plan.ts'
import { assertAlive } from '../../../support/pipeline/service-process.ts'
import { untilApplied } from '../lanes/timed-run.ts'
import { type Footprint, footprintOf } from './footprint.ts'
import { type Loaded, loadTributary, newPeople } from './loaded.ts'

export interface RestoreResult {
  readonly profiles: number
  /** How long folding them took. */
  readonly load_seconds: number
  readonly footprint: Footprint
  /** From the start of a new process until an event that waited for it is in ClickHouse: where its own state lies. */
  readonly own_state_seconds: number
  /** The same on a host that has nothing, from the checkpoints. */
  readonly checkpoint_seconds: number
}

const probes = 100
const partitions = [0, 1, 2, 3]

/** Folds one event for each of so many profiles, and measures how long the profiles service takes to be back. */
export async function restoreSuite(
  { restoreProfiles: profiles }: RaceOptions,
  context: RaceContext,
): Promise<RestoreResult> {
  const endsAt = Date.now()
  const plan = planStreams({ events: profiles, people: profiles, warmUp: 1, endsAt })
  const loaded = await loadTributary(context, plan)
  const { lane } = loaded
  const state = join(lane.installation.directory, 'state')
  const footprint = await footprintOf(lane.members(), state, lane.clickhouse)
  const back = async (instance: string, environment: Record<string, string>): Promise<number> => {
    await loaded.send(newPeople(probes, instance, endsAt))
    const awaited = (applied += probes)
    const from = performance.now()
    const started = lane.installation.start('profiles', instance, environment)
    // The one before it has ended because it was told to.
    await untilApplied({ ...lane, assertAlive: () => assertAlive([started]) }, awaited)
    return Number(((performance.now() - from) / 1000).toFixed(2))
  }
  let applied = profiles + plan.warm.events
  const checkpoints = join(lane.installation.directory, 'checkpoints')
  const copying = {
    TRIBUTARY_CHECKPOINT_DIR: checkpoints,
    TRIBUTARY_CHECKPOINT_INTERVAL_MS: '1000',
  }
  await stopProfiles(loaded)
  const own = await back('profiles', copying)
  await untilCopied(loaded, checkpoints)
  await stopProfiles(loaded)
  const copied = await back('profiles-elsewhere', copying)
  await lane.stop()
  await stopProfiles(loaded)
  await loaded.drop()
  return {
    profiles,
    load_seconds: loaded.figures.seconds,
    footprint,
    own_state_seconds: own,
    checkpoint_seconds: copied,
  }
}

async function stopProfiles({ lane }: Loaded): Promise<void> {
  for (const one of lane.installation.processes)
    if (one.service === 'profiles' && one.isAlive()) await one.stop()
}

/** Until the newest copy of every partition goes as far as its log. */
async function untilCopied({ lane }: Loaded, directory: string): Promise<void> {
  const { admin, prefix } = lane.installation
  const store = createDirectoryCheckpointStore(directory)
  const log = await admin.offsets(`${prefix}.profile.log`)
  for (const part of partitions) {
    const high = log.get(part)?.high ?? 0
    while (((await store.list({ generation: 0, part, foldVersion }))[0] ?? 0) < high)
      await pause(250)
  }
}
