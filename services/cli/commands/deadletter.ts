import { Option } from 'commander'
import {
  byOption,
  group,
  jsonOption,
  type RecordOptions,
  reasonOption,
  recorded,
  type Register,
} from './command.ts'
import { waitDefaultMs, waitTime } from './wait-time.ts'
import { wholeNumber, wholeNumberOrNone } from './whole-number.ts'

const description = 'Records that could not be used'
const whereOption = [
  '--where <key=value>',
  'stage, reason, source, topic, status, schema, place, since or until; values with commas are alternatives; may be repeated',
  (term: string, terms: readonly string[] | undefined): readonly string[] => [
    ...(terms ?? []),
    term,
  ],
] as const

interface ListOptions {
  readonly where?: readonly string[]
  readonly each?: true
  readonly limit: number
  readonly skip: number
  readonly json?: true
}

export const registerDeadletterList: Register = (program, run) => {
  group(program, 'deadletter', description)
    .command('list')
    .summary('how many there are, of what kind')
    .description(
      'Counts dead letters by stage, reason, source and status; with --each shows them one by one, the last refused first. Read from ClickHouse.',
    )
    .option(...whereOption)
    .option('--each', 'one line for each letter')
    .option('--limit <count>', 'with --each: how many', wholeNumber, 50)
    .option('--skip <count>', 'with --each: leave out as many before', wholeNumberOrNone, 0)
    .option(...jsonOption)
    .action((options: ListOptions) =>
      run(async (terminal) => {
        const { limit, skip } = options
        const { runList } = await import('../deadletter/run-list.ts')
        return runList(terminal, {
          where: options.where ?? [],
          each: options.each === true,
          limit,
          skip,
          json: options.json === true,
        })
      })(),
    )
}

interface ShowOptions extends RecordOptions {
  readonly reveal?: true
  readonly out?: string
  readonly json?: true
}

export const registerDeadletterShow: Register = (program, run) => {
  group(program, 'deadletter', description)
    .command('show')
    .argument(
      '<place>',
      'topic/partition/offset, and /index for one event of it; colons do as well',
    )
    .summary('everything about one record: refusals, replays, headers')
    .description(
      'Shows one record: every refusal with its history, when it was sent again and by whom, the names of its headers. Its bytes are sealed, since they may name a person.',
    )
    .option('--reveal', 'opens the seal: bytes and headers in clear, which may be personal data')
    .option('--out <file>', 'writes the bytes, as they came, to a file')
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((place: string, options: ShowOptions) =>
      run(async (terminal) => {
        const { runShow } = await import('../deadletter/run-show.ts')
        return runShow(terminal, {
          place,
          reveal: options.reveal === true,
          out: options.out ?? null,
          ...recorded(options),
        })
      })(),
    )
}

interface ReplayOptions extends RecordOptions {
  readonly where?: readonly string[]
  readonly dryRun?: true
  readonly again?: true
  readonly limit: number
  readonly note?: string
  readonly wait?: number | true
  readonly timeout?: number
  readonly json?: true
}

export const registerDeadletterReplay: Register = (program, run) => {
  group(program, 'deadletter', description)
    .command('replay')
    .summary('send records again, once what was wrong is put right')
    .description(
      'Sends matching records to the replay topic of their channel, each once, and of each only the events that failed. May be interrupted and repeated: what was sent before is left out. What fails again comes back under its old place, with its history. Exit 1 when nothing matches, something cannot be sent again, or failed again within --wait.',
    )
    .option(...whereOption)
    .option('--dry-run', 'only say what would be sent')
    .option('--again', 'also what was sent before and did not come back')
    .option('--limit <count>', 'records of one run', wholeNumber, 100_000)
    .option(...reasonOption)
    // Its name before all commands had the same one.
    .addOption(new Option('--note <text>').hideHelp())
    .option(...byOption)
    .option(
      '--wait [time]',
      'until the channels have read them, and say what failed again (default: 60s at most)',
      waitTime,
    )
    .option('--timeout <time>', 'the same as the time of --wait', waitTime)
    .option(...jsonOption)
    .action((options: ReplayOptions) =>
      run(async (terminal) => {
        const { runReplay } = await import('../deadletter/run-replay.ts')
        return runReplay(terminal, {
          where: options.where ?? [],
          dryRun: options.dryRun === true,
          again: options.again === true,
          limit: options.limit,
          waitMs: waitOf(options),
          ...recorded({ ...options, reason: options.reason ?? options.note ?? '' }),
        })
      })(),
    )
}

const waitOf = ({ wait, timeout }: ReplayOptions): number | null =>
  wait === undefined ? null : wait === true ? (timeout ?? waitDefaultMs) : wait
