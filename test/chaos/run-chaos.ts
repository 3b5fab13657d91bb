import { join } from 'node:path'
import { asError } from '#runtime/errors/index.ts'
import { type Comparison, compareWithTruth } from '../world/demo/compare.ts'
import { lagOf, untilConverged } from '../world/demo/converge.ts'
import { readings } from '../world/demo/environment.ts'
import { readStatedPipeline } from '../world/oracle/pipeline-file.ts'
import { compileWhere } from '../world/oracle/where.ts'
import { shippedPipeline } from '../support/pipeline/install.ts'
import type { Undoing } from '../support/undoing.ts'
import { createCrew, type UnexpectedEnd } from './crew.ts'
import { burstFactor } from './faults/burst.ts'
import { faults } from './faults/index.ts'
import { type Ground, prepareGround } from './ground.ts'
import type { FaultKind } from './kinds.ts'
import { type Circumstances, circumstancesOf } from './machine.ts'
import { growth, type MemorySample, watchMemory } from './memory.ts'
import type { ChaosOptions } from './options.ts'
import { type ChaosResult, countEnds, countFaults } from './result.ts'
import type { Scene } from './scene.ts'
import { planFaults, type Schedule } from './schedule.ts'
import { type Event, strikeAll } from './strike.ts'
import { startWorkload, type Workload } from './workload.ts'

export interface ChaosContext {
  readonly environment: Readonly<Record<string, string>>
  readonly undoing: Undoing
  readonly say: (text: string) => void
  /** Milliseconds of a clock that only goes forward, from the command on. */
  readonly elapsed: () => number
}

export interface Chaos {
  readonly result: ChaosResult
  readonly events: readonly Event[]
  readonly ends: readonly UnexpectedEnd[]
  readonly comparison: Comparison
  readonly memory: readonly MemorySample[]
  readonly circumstances: Circumstances
}

const convergeMaxMs = 60_000
const memoryEveryMs = 5000
/** Rows of the page's table. */
const memoryLooks = 24
/** Of the state's file system for each event of the run: several times what a state holds of one, and a second owner has all of it too. */
const stateBytesPerEvent = 8192
const stateMegabytesMin = 128

/** From nothing to compared results; whoever calls it undoes what it started. */
export async function runChaos(options: ChaosOptions, context: ChaosContext): Promise<Chaos> {
  const { seconds, seed, eventsPerSecond } = options
  const { say, undoing, elapsed } = context
  const eventsMax = eventsOf(options, planFaults({ ...options, kinds: options.only }))
  say('a stack of its own, topics, tables, definition')
  const ground = await prepareGround({
    environment: context.environment,
    keep: options.keep,
    undoing,
    stateMegabytes: stateMegabytesMin + Math.round((eventsMax * stateBytesPerEvent) / 2 ** 20),
  })
  const { installation } = ground
  const crew = createCrew(installation, ground.environment, say)
  undoing.push(async () => crew.stop())
  await crew.startAll()
  const ledgerFile = join(ground.directory, 'ledger.ndjson')
  const workload = await startWorkload(installation, {
    seed,
    eventsPerSecond,
    eventsMax,
    ledgerFile,
  })
  const load = stopOnce(workload)
  undoing.push(load)
  const over = undoing.begun
  const scene: Scene = { ...ground, crew, workload, eventsPerSecond, over, say }
  const skipped = skippedKinds(options.only, scene)
  const kinds = options.only.filter((kind) => skipped[kind] === undefined)
  for (const [kind, why] of Object.entries(skipped)) say(`${kind} is skipped: ${why}`)
  const schedule = planFaults({ seed, seconds, kinds })
  say(`services are up; ${eventsPerSecond} events/s, ${schedule.faults.length} faults to come`)
  const memory = watchMemory(
    () => crew.running(),
    Math.max(memoryEveryMs, (seconds * 1000) / memoryLooks),
  )
  const events = await strikeAll(scene, schedule)
  const errors: string[] = []
  await load()
  const lastFaultMs = elapsed()
  say('the last fault is over; waiting until nothing is under way')
  const ending = await converge(ground, errors)
  await crew
    .ready(Math.max(1, convergeMaxMs - (elapsed() - lastFaultMs)))
    .catch((error: unknown) => {
      errors.push(asError(error).message)
    })
  const samples = memory.end()
  say('comparing with the ledger')
  const comparison = await compareWithTruth({
    clickhouse: installation.clickhouse,
    ledgerFile,
    pipeline: readStatedPipeline(shippedPipeline, compileWhere),
    fragmentId: (type, value) => installation.pseudonymiser.fragmentId(type, value),
  })
  const letters = await countLetters(ground, workload)
  return {
    events,
    ends: crew.unexpectedEnds,
    comparison,
    memory: samples,
    circumstances: await circumstancesOf(ground),
    result: {
      seed,
      seconds,
      faults: countFaults(kinds, events),
      skipped,
      produced: workload.produced(),
      missing: comparison.missing + letters.missing,
      double: comparison.double + letters.double,
      mismatches: comparison.mismatches.length,
      converged_seconds: ending.quietMs === null ? null : Math.round(ending.quietMs / 100) / 10,
      lag_at_end: ending.lag,
      rss_growth_mb: growth(samples, 'rss'),
      anonymous_growth_mb: growth(samples, 'anonymous'),
      unexpected_ends: countEnds(crew.unexpectedEnds),
      profiles: comparison.profilesChecked,
      seconds_total: Math.round(elapsed() / 100) / 10,
      errors,
    },
  }
}

/** More than the load needs: faults may take longer than planned, and a world that has told everything would be silent. */
function eventsOf(
  { seconds, eventsPerSecond }: ChaosOptions,
  { faults: planned }: Schedule,
): number {
  const surges = planned.length * 2
  const bursts = planned.filter(({ kind }) => kind === 'burst')
  const burstSeconds = bursts.reduce((sum, { holdMs }) => sum + holdMs / 1000, 0)
  return Math.round(eventsPerSecond * (seconds * 1.3 + 90 + surges + burstSeconds * burstFactor))
}

function skippedKinds(
  kinds: readonly FaultKind[],
  scene: Scene,
): Readonly<Partial<Record<FaultKind, string>>> {
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const why = faults[kind].missing(scene)
      return why === null ? [] : [[kind, why] as const]
    }),
  )
}

function stopOnce(workload: Workload): () => Promise<void> {
  let stopped: Promise<void> | undefined
  return async () => {
    stopped ??= workload.stop()
    await stopped
  }
}

interface Ending {
  /** From the beginning of the wait; null: too late. */
  readonly quietMs: number | null
  readonly lag: number
}

async function converge({ installation }: Ground, errors: string[]): Promise<Ending> {
  const { admin, prefix } = installation
  const from = performance.now()
  try {
    const quiet = await untilConverged(admin, readings(prefix), {
      timeoutMs: convergeMaxMs,
      now: () => performance.now(),
      onLook: () => undefined,
    })
    return { quietMs: quiet - from, lag: (await lagOf(admin, readings(prefix))).lag }
  } catch (error) {
    errors.push(asError(error).message)
    return { quietMs: null, lag: (await lagOf(admin, readings(prefix))).lag }
  }
}

/**
 * What could not be read must be among the dead letters, once for each time that it was sent: a sender that got no answer may have sent it
 * twice.
 */
async function countLetters(
  { installation: { clickhouse } }: Ground,
  workload: Workload,
): Promise<{ readonly missing: number; readonly double: number }> {
  const [row] = await clickhouse.query<{ readonly n: string }>(
    'SELECT count() AS n FROM dead_letters FINAL',
  )
  const found = Number(row?.n ?? 0)
  return {
    missing: Math.max(0, workload.expectedDeadLetters() - found),
    double: Math.max(0, found - workload.deadLettersMax()),
  }
}
