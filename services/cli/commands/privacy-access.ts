import {
  group,
  jsonOption,
  reasonOption,
  recorded,
  type Register,
  phoneRegionOption,
  whoMeaning,
} from './command.ts'
import { wholeNumber } from './whole-number.ts'

interface Options {
  readonly asOf?: string
  readonly phoneRegion?: string
  readonly events?: number
  readonly skip?: number
  readonly maxLinks?: number
  readonly page?: string
  readonly reason?: string
  readonly by?: string
  readonly json?: true
}

/** Events that one answer lists unless it is asked for more. */
const eventsMax = 1000

export const registerPrivacyAccess: Register = (program, run) => {
  group(program, 'privacy', 'What is held about a person, and its end')
    .command('access')
    .argument('<who>', whoMeaning)
    .summary('everything that is held about one person')
    .description(
      'Collects profile, events, features, segments, consent, decisions about identity, dead letters and erasures of one person. Without --json or --page it prints numbers alone.',
    )
    .option('--page <file>', 'write a page that the person can read; nobody else can read the file')
    .option('--as-of <time>', 'as it was known then, ISO 8601; identity as it is decided now')
    .option('--events <n>', `events to list at most (default: ${eventsMax})`, wholeNumber)
    .option('--skip <n>', 'events to leave out, the newest first: the next page', wholeNumber)
    .option('--max-links <n>', 'links and commands to read at most (default: 20000)', wholeNumber)
    .option(...phoneRegionOption)
    .option(...reasonOption)
    .option('--by <account>', 'who asks, for the record (default: the account of this process)')
    .option(...jsonOption)
    .addHelpText('after', '\nExit 0: something is held; 1: nothing is.')
    .action((who: string, options: Options) =>
      run(async (terminal) => {
        const { runAccess } = await import('../privacy/access/run-access.ts')
        const { recordsReadMax } = await import('../identity/refold/load.ts')
        return runAccess(terminal, {
          who,
          asOf: options.asOf ?? null,
          phoneRegion: options.phoneRegion ?? null,
          eventsMax: options.events ?? eventsMax,
          skip: options.skip ?? 0,
          linksMax: options.maxLinks ?? recordsReadMax,
          page: options.page ?? null,
          ...recorded(options),
        })
      })(),
    )
}
