import { Command, InvalidArgumentError, Option } from 'commander'
import { wholeNumber } from '../../../services/cli/commands/whole-number.ts'
import { type ContestantName, contestantNames } from './lanes/lane.ts'

export const suiteNames = ['race', 'latency', 'scale', 'restore', 'merge'] as const
export type SuiteName = (typeof suiteNames)[number]

export interface RaceOptions {
  readonly events: number
  readonly people: number
  readonly rounds: number
  readonly warmUp: number
  readonly contestants: readonly ContestantName[]
  readonly suites: readonly SuiteName[]
  readonly profile: string | null
  /** Seconds of the latency suite. */
  readonly latencySeconds: number
  /** Events a second in it; null: half of what the race found, or of what it finds itself. */
  readonly rate: number | null
  readonly restoreProfiles: number
  /** Events of the largest run of the scale suite. */
  readonly scaleMax: number
  readonly json: boolean
  readonly page: boolean
}

const listOf =
  <Name extends string>(names: readonly Name[]) =>
  (text: string): readonly Name[] => {
    const wanted = text.split(',').map((name) => name.trim())
    const unknown = wanted.find((name) => !names.some((one) => one === name))
    if (unknown !== undefined)
      throw new InvalidArgumentError(`${unknown} is none of ${names.join(', ')}`)
    return names.filter((name) => wanted.includes(name))
  }

/** Untimed events before the timed ones, at most as many as those. */
const warmUpDefault = 30_000

/** Exits with 2 and says why, for an option that does not exist or a value that is none. */
export function parseRaceOptions(args: readonly string[]): RaceOptions {
  const options = new Command('bench')
    .description(
      'The race: one set of raw Avro events through Tributary, through its parts without any logic (the floor), and through Kafka Streams, on a local stack of its own, by turns. Exit 1 when a contestant that ran is not valid',
    )
    .option('--events <n>', 'timed events', wholeNumber, 300_000)
    .option('--people <n>', 'people whose events they are', wholeNumber, 30_000)
    .option('--rounds <n>', 'of every contestant; medians are shown', wholeNumber, 3)
    .option(
      '--warm-up <n>',
      `untimed events before them (default: ${warmUpDefault}, at most as many as --events)`,
      wholeNumber,
    )
    .addOption(
      new Option('--contestants <list>', 'tributary, and whom it is measured by')
        .argParser(listOf(contestantNames))
        .default(contestantNames, contestantNames.join()),
    )
    .addOption(
      new Option('--suite <list>', `what is measured: ${suiteNames.join(', ')}`)
        .argParser(listOf(suiteNames))
        .default(['race'] as const, 'race'),
    )
    .option('--latency-seconds <n>', 'of the latency suite', wholeNumber, 60)
    .option(
      '--rate <n>',
      'events a second in it (default: half of what Tributary can do)',
      wholeNumber,
    )
    .option('--restore-profiles <n>', 'of the restore suite', wholeNumber, 1_000_000)
    .option(
      '--scale-max <n>',
      'events of the largest run of the scale suite',
      wholeNumber,
      10_000_000,
    )
    .option('--profile <dir>', "Node's CPU profiles of Tributary's services, a folder for each")
    .option('--json', 'one JSON object on stdout')
    .option('--page', 'write docs/bench.md and its plots')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse([...args], { from: 'user' })
    .opts<{
      events: number
      people: number
      rounds: number
      warmUp?: number
      contestants: readonly ContestantName[]
      suite: readonly SuiteName[]
      latencySeconds: number
      rate?: number
      restoreProfiles: number
      scaleMax: number
      profile?: string
      json?: true
      page?: true
    }>()
  if (!options.contestants.includes('tributary') && options.suite.includes('race')) {
    process.stderr.write(
      'The others are measured by what tributary writes: --contestants tributary,…\n',
    )
    process.exit(2)
  }
  return {
    events: options.events,
    people: Math.min(options.people, options.events),
    rounds: options.rounds,
    warmUp: Math.min(options.warmUp ?? warmUpDefault, options.events),
    contestants: options.contestants,
    suites: options.suite,
    profile: options.profile ?? null,
    latencySeconds: options.latencySeconds,
    rate: options.rate ?? null,
    restoreProfiles: options.restoreProfiles,
    scaleMax: options.scaleMax,
    json: options.json ?? false,
    page: options.page ?? false,
  }
}
