import { asError } from '#runtime/errors/index.ts'
import { writeLedger } from './check/oracle.ts'
import { type PeopleValues, valuesOfTributary } from './check/values.ts'
import type { RowRates } from './floor/constant-rows.ts'
import { rowRatesOf } from './floor/row-rates.ts'
import type { Ground } from './ground.ts'
import { dropOnce } from './lanes/drop-once.ts'
import { floorLane } from './lanes/floor.ts'
import { kafkaStreamsLane } from './lanes/kafka-streams.ts'
import type { ContestantName, Lane } from './lanes/lane.ts'
import { type RunFigures, timedRun } from './lanes/timed-run.ts'
import { tributaryLane } from './lanes/tributary.ts'
import type { RaceOptions } from './options.ts'
import { type Contestants, contestantResult, type RoundFigures } from './result.ts'
import { createSender } from './stream/preload.ts'
import { planStreams, type StreamPlan } from './stream/plan.ts'
import type { Undoing } from '../../support/undoing.ts'

export interface RaceContext {
  readonly ground: Ground
  readonly undoing: Undoing
  readonly say: (text: string) => void
}

/** What later contestants need of Tributary's last run. */
interface Known {
  rates: RowRates | null
  values: PeopleValues
}

interface Turn {
  readonly plan: StreamPlan
  readonly ledgerFile: string
  readonly options: RaceOptions
  readonly context: RaceContext
  readonly known: Known
}

/** One after the other in every round, each round beginning with another one, so that nobody always runs first. */
export async function race(
  options: RaceOptions & { readonly severalEvery?: number },
  contestants: readonly ContestantName[],
  context: RaceContext,
): Promise<Contestants> {
  const plan = planStreams({ ...options, endsAt: Date.now() })
  const ledgerFile = await writeLedger(plan, context.ground.directory)
  const known: Known = { rates: null, values: new Map() }
  const runs = new Map(
    contestants.map((name): [ContestantName, Runs] => [name, { rounds: [], problems: [] }]),
  )
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const name of turnsOf(contestants, round)) {
      const of = runs.get(name)
      if (of === undefined || of.problems.length > 0) continue
      await runInto(of, round, name, { plan, ledgerFile, options, context, known })
      const [figures] = of.rounds.slice(-1)
      context.say(
        `round ${round}, ${name}: ${figures?.events_per_second ?? 0} events/s, ${figures?.events_per_cpu_second ?? 0} a CPU second; ${of.problems.length === 0 ? 'valid' : of.problems.join('; ')}`,
      )
    }
  }
  return Object.fromEntries(
    [...runs].map(([name, { problems, rounds }]) => [name, contestantResult(rounds, problems)]),
  )
}

/** A contestant that has a problem does not run again: its race is void. */
async function runInto(of: Runs, round: number, name: ContestantName, turn: Turn): Promise<void> {
  try {
    const { figures, problems } = await runOne(name, turn)
    of.rounds.push({ round, ...figures })
    of.problems.push(...problems)
  } catch (error) {
    if (turn.context.undoing.begun.aborted) throw error
    turn.context.say(asError(error).stack ?? String(error))
    of.problems.push(`round ${round} failed: ${asError(error).message.split('\n')[0]}`)
  }
}

interface Runs {
  readonly rounds: RoundFigures[]
  readonly problems: string[]
}

const turnsOf = <Name>(names: readonly Name[], round: number): readonly Name[] => {
  const first = (round - 1) % names.length
  return [...names.slice(first), ...names.slice(0, first)]
}

async function runOne(
  name: ContestantName,
  turn: Turn,
): Promise<{ readonly figures: RunFigures; readonly problems: readonly string[] }> {
  const { context, plan } = turn
  const lane = await openLane(name, turn)
  const drop = dropOnce(context.undoing, lane)
  try {
    const sender = await createSender(context.ground, lane.topicOf)
    const shared = context.ground.members
    const figures = await timedRun(lane, { plan, shared, send: sender.send })
    await sender.close()
    await lane.stop()
    return { figures, problems: await lane.problems() }
  } finally {
    await drop()
  }
}

async function openLane(name: ContestantName, turn: Turn): Promise<Lane> {
  const { context, known, plan } = turn
  switch (name) {
    case 'tributary':
      return observedTributary(turn)
    case 'floor':
      if (known.rates === null) throw new Error('the floor writes as many rows as Tributary did')
      return floorLane(context.ground, plan, known.rates)
    case 'kafka_streams_alo':
    case 'kafka_streams_eos':
      return kafkaStreamsLane(context.ground, {
        plan,
        guarantee: name === 'kafka_streams_alo' ? 'at_least_once' : 'exactly_once_v2',
        ours: known.values,
      })
    default:
      return name satisfies never
  }
}

/** Tributary, and what the others need of it before its tables go. */
async function observedTributary({
  context,
  known,
  ledgerFile,
  options,
  plan,
}: Turn): Promise<Lane> {
  const lane = await tributaryLane(context.ground, {
    ledgerFile,
    profileDirectory: options.profile,
  })
  return {
    ...lane,
    async problems() {
      known.rates = await rowRatesOf(lane.clickhouse, plan)
      known.values = await valuesOfTributary(lane.installation, plan)
      return lane.problems()
    },
  }
}
