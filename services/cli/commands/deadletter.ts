import { TributaryError } from '#runtime/errors/index.ts'
import {
  byOption,
  group,
  jsonOption,
  type RecordOptions,
  reasonOption,
  recorded,
  type Register,
} from './command.ts'

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
  readonly limit: string
  readonly skip: string
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
    .option('--limit <count>', 'with --each: how many', '50')
    .option('--skip <count>', 'with --each: leave out as many before', '0')
    .option(...jsonOption)
    .action((options: ListOptions) =>
      run(async (terminal) => {
        const limit = countOf(options.limit, '--limit', 1)
        const skip = countOf(options.skip, '--skip', 0)
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
    .argument('<place>', 'topic/partition/offset, and /index for one event of it')
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

interface ReplayOptions {
  readonly where?: readonly string[]
  readonly dryRun?: true
  readonly again?: true
  readonly limit: string
  readonly by?: string
  readonly note?: string
  readonly wait?: string | true
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
    .option('--limit <count>', 'records of one run', '100000')
    .option('--by <name>', 'who sends them (default: the account of this process)')
    .option('--note <text>', 'why, for those who come after', '')
    .option('--wait [time]', 'until the channels have read them, and say what failed again (60s)')
    .option(...jsonOption)
    .action((options: ReplayOptions) =>
      run(async (terminal) => {
        const limit = countOf(options.limit, '--limit', 1)
        const waitMs = waitOf(options.wait)
        const { runReplay } = await import('../deadletter/run-replay.ts')
        return runReplay(terminal, {
          where: options.where ?? [],
          dryRun: options.dryRun === true,
          again: options.again === true,
          limit,
          by: options.by ?? null,
          note: options.note ?? '',
          waitMs,
          json: options.json === true,
        })
      })(),
    )
}

function countOf(text: string, option: string, min: number): number {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN
  if (count >= min) return count
  throw new TributaryError('TRB_USAGE', `${option} ${text} is no number from ${min} on`)
}

const waitDefaultMs = 60_000

function waitOf(text: string | true | undefined): number | null {
  if (text === undefined) return null
  if (text === true) return waitDefaultMs
  const [, count, unit] = /^(\d{1,5})(s|m)$/.exec(text) ?? []
  if (count !== undefined) return Number(count) * (unit === 'm' ? 60_000 : 1000)
  throw new TributaryError('TRB_USAGE', `--wait ${text} is no time`, {
    hint: 'Give seconds or minutes, such as 60s or 5m.',
  })
}
