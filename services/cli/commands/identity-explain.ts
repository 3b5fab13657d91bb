import {
  byOption,
  group,
  jsonOption,
  type RecordOptions,
  reasonOption,
  recorded,
  type Register,
  phoneRegionOption,
  whoMeaning,
} from './command.ts'
import { wholeNumber } from './whole-number.ts'

interface Options extends RecordOptions {
  readonly phoneRegion?: string
  readonly maxLinks?: number
  readonly json?: true
}

export const registerIdentityExplain: Register = (program, run) => {
  group(program, 'identity', 'Who is who')
    .command('explain')
    .argument('<who>', whoMeaning)
    .argument('[other]', 'somebody else, likewise')
    .summary('why these are, or are not, one person')
    .description(
      'Of one: the profile, what holds each identifier in it, and what was decided. Of two: the links that connect them, or why they are not one person and what would change it. The production linker decides again upon all links that hang together with them.',
    )
    .option(...phoneRegionOption)
    .option('--max-links <n>', 'links and commands to read at most (default: 20000)', wholeNumber)
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExit 0: one person, or one was asked for; 1: not one person, or unknown.',
    )
    .action((first: string, second: string | undefined, options: Options) =>
      run(async (terminal) => {
        const { runExplain } = await import('../identity/explain/run-explain.ts')
        const { recordsReadMax } = await import('../identity/refold/load.ts')
        return runExplain(terminal, {
          who: second === undefined ? [first] : [first, second],
          phoneRegion: options.phoneRegion ?? null,
          linksMax: options.maxLinks ?? recordsReadMax,
          ...recorded(options),
        })
      })(),
    )
}
