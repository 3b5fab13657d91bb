import { join } from 'node:path'
import type { RaceOptions } from '../options.ts'
import type { RaceContext } from '../race.ts'
import { planStreams } from '../stream/plan.ts'
import { type Footprint, footprintOf } from './footprint.ts'
import { loadTributary } from './loaded.ts'

export interface ScaleRun {
  readonly events: number
  readonly people: number
  /** Processes of the profiles service. */
  readonly workers: number
  readonly events_per_second: number
  /** CPU microseconds of all processes for one event. */
  readonly cpu_us_per_event: number
  readonly footprint: Footprint
}

export interface ScaleResult {
  readonly runs: readonly ScaleRun[]
  /** Largest CPU time of an event by the smallest, over runs with one worker. */
  readonly spread: number | null
  readonly spread_max: number
  /** Sizes that were left out, by --scale-max. */
  readonly not_run: readonly string[]
}

const spreadMax = 1.5

interface Size {
  readonly events: number
  readonly people: number
  readonly workers: number
}

/** The number of events at ten of each person, the number of people at a million events, and a second worker. */
const sizes: readonly Size[] = [
  { events: 1e4, people: 1e3, workers: 1 },
  { events: 1e5, people: 1e4, workers: 1 },
  { events: 1e5, people: 1e4, workers: 2 },
  { events: 1e6, people: 1e4, workers: 1 },
  { events: 1e6, people: 1e5, workers: 1 },
  { events: 1e6, people: 1e6, workers: 1 },
  { events: 1e7, people: 1e6, workers: 1 },
]

/** Untimed events before each run: the same for all sizes, and enough that the smallest is not measured colder than the others. */
const warmUp = 50_000

export async function scaleSuite(
  { scaleMax }: RaceOptions,
  context: RaceContext,
): Promise<ScaleResult> {
  const runs: ScaleRun[] = []
  for (const size of sizes.filter(({ events }) => events <= scaleMax))
    runs.push(await runOf(size, context))
  const costs = runs.filter(({ workers }) => workers === 1).map((run) => run.cpu_us_per_event)
  return {
    runs,
    spread: costs.length < 2 ? null : Number((Math.max(...costs) / Math.min(...costs)).toFixed(2)),
    spread_max: spreadMax,
    not_run: sizes
      .filter(({ events }) => events > scaleMax)
      .map(
        ({ events, people, workers }) =>
          `${events} events of ${people} people${workers === 1 ? '' : ` with ${workers} workers`}`,
      ),
  }
}

async function runOf({ workers, ...size }: Size, context: RaceContext): Promise<ScaleRun> {
  const plan = planStreams({ ...size, warmUp, endsAt: Date.now() })
  const { drop, figures, lane } = await loadTributary(context, plan, { workers })
  const state = join(lane.installation.directory, 'state')
  const footprint = await footprintOf(
    [...lane.members(), ...context.ground.members],
    state,
    lane.clickhouse,
  )
  await lane.stop()
  await drop()
  return {
    ...size,
    workers,
    events_per_second: figures.events_per_second,
    cpu_us_per_event: Number(((figures.cpu_seconds / figures.events) * 1e6).toFixed(1)),
    footprint,
  }
}
