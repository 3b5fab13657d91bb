import {
  byOption,
  group,
  jsonOption,
  type RecordOptions,
  reasonOption,
  recorded,
  type Register,
  phoneRegionsOption,
  whoMeaning,
} from './command.ts'
import { waitDefaultMs, waitTime } from './wait-time.ts'

const description = 'What is held about a person, and its end'

interface EraseOptions {
  readonly command?: string
  readonly dryRun?: true
  readonly reason?: string
  readonly by?: string
  readonly receipt?: string
  readonly wait: boolean
  readonly timeout?: number
  readonly phoneRegion?: string
  readonly json?: true
}

export const registerPrivacyErase: Register = (program, run) => {
  group(program, 'privacy', description)
    .command('erase')
    .argument('[who]', whoMeaning)
    .summary('delete everything about a person, and see that it does not come back')
    .description(
      'Sends one command that covers every identifier of the person, waits until no view shows them, deletes their rows for good, and says after how many days nothing is left anywhere. What was received before never comes back; what is received later starts anew. Exit 1: something was on its way still, and privacy sweep completes it.',
    )
    .option('--dry-run', 'only count what there is')
    .option('--receipt <file>', 'where the receipt goes; it names nobody')
    .option(...reasonOption)
    .option(...byOption)
    .option('--no-wait', 'send the command and leave the rest to --command')
    .option('--command <id>', 'go on with an erasure that was sent before')
    .option(
      '--timeout <time>',
      'how long to wait for the services at most, in seconds or as 20s or 5m (default: 60s)',
      waitTime,
    )
    .option(...phoneRegionsOption)
    .option(...jsonOption)
    .action((who: string | undefined, options: EraseOptions) =>
      run(async (terminal) => {
        const { TributaryError } = await import('#runtime/errors/index.ts')
        if ((who === undefined) === (options.command === undefined))
          throw new TributaryError(
            'TRB_USAGE',
            'say who is to be erased, or which --command is to go on',
          )
        const { runErase } = await import('../privacy/erase/run-erase.ts')
        return runErase(terminal, {
          who: who ?? null,
          command: options.command ?? null,
          phoneRegion: options.phoneRegion ?? null,
          dryRun: options.dryRun === true,
          ...recorded(options),
          receipt: options.receipt ?? null,
          wait: options.wait,
          timeoutMs: options.timeout ?? waitDefaultMs,
        })
      })(),
    )
}

interface SweepOptions {
  readonly all?: true
  readonly letters?: true
  readonly reason?: string
  readonly by?: string
  readonly phoneRegion?: string
  readonly json?: true
}

export const registerPrivacySweep: Register = (program, run) => {
  group(program, 'privacy', description)
    .command('sweep')
    .summary('delete what came of erased people since: daily, by cron')
    .description(
      'Deletes for good what was written of erased people after their erasure by flushes that were under way, and copies of states that hold them. Repeatable. Exit 1: of some the services have not come to the erasure.',
    )
    .option('--all', 'also of erasures whose bound is over')
    .option('--letters', 'open all dead letters again to see whose they are')
    .option(...reasonOption)
    .option(...byOption)
    .option(...phoneRegionsOption)
    .option(...jsonOption)
    .action((options: SweepOptions) =>
      run(async (terminal) => {
        const { runSweep } = await import('../privacy/sweep/run-sweep.ts')
        return runSweep(terminal, {
          all: options.all === true,
          letters: options.letters === true,
          phoneRegion: options.phoneRegion ?? null,
          ...recorded(options),
        })
      })(),
    )
}

interface ProveOptions extends RecordOptions {
  readonly phoneRegion?: string
  readonly json?: true
}

export const registerPrivacyProve: Register = (program, run) => {
  group(program, 'privacy', description)
    .command('prove')
    .argument('<receipt>', 'file that privacy erase has written')
    .summary('look again whether an erased person is gone')
    .description(
      'Looks at every place again and says of each: gone, within its bound until a date, kept on purpose, or found. Exit 1 when something is found.',
    )
    .option(...reasonOption)
    .option(...byOption)
    .option(...phoneRegionsOption)
    .option(...jsonOption)
    .action((receipt: string, options: ProveOptions) =>
      run(async (terminal) => {
        const { runProve } = await import('../privacy/prove/run-prove.ts')
        return runProve(terminal, {
          receipt,
          phoneRegion: options.phoneRegion ?? null,
          ...recorded(options),
        })
      })(),
    )
}
