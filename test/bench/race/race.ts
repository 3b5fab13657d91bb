import type { Undoing } from '../../support/undoing.ts'
import { problemsOf, writeLedger } from './check.ts'
import type { Ground } from './ground.ts'
import type { ContestantName, Lane } from './lanes/lane.ts'
import { timedRun } from './lanes/timed-run.ts'
import { tributaryLane } from './lanes/tributary.ts'
import type { RaceOptions } from './options.ts'
import { type Contestants, contestantResult, type RoundFigures } from './result.ts'
import { allEvents, eventsOf, planStreams, type StreamPlan } from './stream/plan.ts'
import { preload } from './stream/preload.ts'
import { createEncoder } from './stream/records.ts'

export interface RaceContext {
  readonly ground: Ground
  readonly undoing: Undoing
  readonly say: (text: string) => void
}

const timeoutMs = 600_000

/** One after the other in every round, each round beginning with another one, so that nobody always runs first. */
export async function race(
  options: RaceOptions,
  context: RaceContext,
  endsAt: number,
): Promise<Contestants> {
  const plan = planStreams({ ...options, endsAt })
  const ledgerFile = await writeLedger(plan, context.ground.directory)
  const runs = new Map<ContestantName, RoundFigures[]>()
  const problems = new Map<ContestantName, string[]>()
  for (const name of options.contestants) {
    runs.set(name, [])
    problems.set(name, [])
  }
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const name of turnsOf(options.contestants, round)) {
      const { figures, wrong } = await runOne(name, { plan, ledgerFile, options, context })
      runs.get(name)?.push({ round, ...figures })
      problems.get(name)?.push(...wrong)
      context.say(
        `round ${round}, ${name}: ${figures.events_per_second} events/s, ${figures.events_per_cpu_second} a CPU second, ${wrong.length === 0 ? 'valid' : wrong.join('; ')}`,
      )
    }
  }
  return Object.fromEntries(
    options.contestants.map((name) => [
      name,
      contestantResult(runs.get(name) ?? [], problems.get(name) ?? []),
    ]),
  )
}

const turnsOf = <Name>(names: readonly Name[], round: number): readonly Name[] => {
  const first = (round - 1) % names.length
  return [...names.slice(first), ...names.slice(0, first)]
}

interface Turn {
  readonly plan: StreamPlan
  readonly ledgerFile: string
  readonly options: RaceOptions
  readonly context: RaceContext
}

async function runOne(
  name: ContestantName,
  turn: Turn,
): Promise<{ readonly figures: Omit<RoundFigures, 'round'>; readonly wrong: readonly string[] }> {
  const { context, ledgerFile, options, plan } = turn
  if (name !== 'tributary') throw new Error(`${name} does not take part yet`)
  const lane = await tributaryLane(context.ground, { plan, profileDirectory: options.profile })
  context.undoing.push(async () => lane.drop())
  await fill(lane, turn)
  const figures = await timedRun(lane, {
    warmUp: plan.warm.events,
    total: allEvents(plan),
    shared: context.ground.members,
    timeoutMs,
  })
  await lane.stop()
  const wrong = await problemsOf(lane.installation, ledgerFile)
  await lane.drop()
  return { figures, wrong }
}

async function fill(lane: Lane, { context, plan }: Turn): Promise<void> {
  const encode = await createEncoder(context.ground.addresses.registryUrl, lane.topicOf)
  const producer = await context.ground.kafka.producer()
  await preload(
    eventsOf(plan).map(({ event }) => encode(event)),
    producer,
  )
  await producer.close()
}
