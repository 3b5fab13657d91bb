import type { Command } from 'commander'
import type { OperationArguments } from '../identity/operate/run-operation.ts'
import {
  byOption,
  group,
  jsonOption,
  reasonOption,
  recorded,
  type Register,
  phoneRegionOption,
  whoMeaning,
} from './command.ts'
import { waitDefaultMs, waitTime } from './wait-time.ts'
import { wholeNumber } from './whole-number.ts'

interface Options {
  readonly identifier?: readonly string[]
  readonly link?: string
  readonly decision?: string
  readonly command?: string
  readonly reason?: string
  readonly by?: string
  readonly dryRun?: true
  readonly wait?: true
  readonly timeout?: number
  readonly maxLinks?: number
  readonly phoneRegion?: string
  readonly json?: true
}

const identifier = [
  '--identifier <who...>',
  '<identifier type>=<value> in clear, or a pseudonym <type>:<pseudonym>',
] as const

/** Options that all of them have. */
const shared = (command: Command): Command =>
  command
    .option(...reasonOption)
    .option(...byOption)
    .option('--dry-run', 'only say what would become of whom')
    .option('--wait', 'until the tables show it')
    .option(
      '--timeout <time>',
      'with --wait: how long at most, in seconds or as 20s or 5m (default: 60s)',
      waitTime,
    )
    .option('--max-links <n>', 'links and commands to read at most (default: 20000)', wholeNumber)
    .option(...phoneRegionOption)
    .option(...jsonOption)

/** The one of several options that was given. @throws TributaryError TRB_USAGE */
async function undoneBy(options: Options): Promise<OperationArguments['undone']> {
  const { identifier: named, link, decision, command } = options
  const given = [
    ...(link === undefined ? [] : [{ kind: 'link', id: link } as const]),
    ...(decision === undefined ? [] : [{ kind: 'decision', id: decision } as const]),
    ...(command === undefined ? [] : [{ kind: 'command', id: command } as const]),
  ]
  if (given.length + (named === undefined ? 0 : 1) === 1) return given[0] ?? null
  const { TributaryError } = await import('#runtime/errors/index.ts')
  throw new TributaryError('TRB_USAGE', 'say in one way what is meant')
}

const act = async (
  run: Parameters<Register>[1],
  action: OperationArguments['action'],
  options: Options,
  who: readonly string[],
): Promise<void> =>
  run(async (terminal) => {
    const undone = action === 'merge' ? null : await undoneBy(options)
    const { runOperation } = await import('../identity/operate/run-operation.ts')
    const { recordsReadMax } = await import('../identity/refold/load.ts')
    return runOperation(terminal, {
      action,
      who,
      undone,
      phoneRegion: options.phoneRegion ?? null,
      ...recorded(options),
      dryRun: options.dryRun === true,
      waitMs: options.wait === true ? (options.timeout ?? waitDefaultMs) : null,
      linksMax: options.maxLinks ?? recordsReadMax,
    })
  })()

export const registerIdentitySplit: Register = (program, run) => {
  shared(group(program, 'identity', 'Who is who').command('split'))
    .summary('part what is not one person')
    .description(
      'Splits off an identifier, or undoes what a link or a decision merged: those who came by its side of lower priority leave, and who joined through them alone. What is parted never meets again until unsplit or merge; features, segments, traits and consent become what they would have been.',
    )
    .option(...identifier)
    .option('--link <id>', 'the link that should not have joined')
    .option('--decision <id>', 'the decision that should not have merged')
    .action((options: Options) => act(run, 'split', options, options.identifier ?? []))
}

export const registerIdentityUnsplit: Register = (program, run) => {
  shared(group(program, 'identity', 'Who is who').command('unsplit'))
    .summary('take a split back')
    .description(
      'Lifts the splits of identifiers, or those of a command, and lets their evidence speak again under the rules of now.',
    )
    .option(...identifier)
    .option('--command <id>', 'the split that is taken back')
    .action((options: Options) => act(run, 'unsplit', options, options.identifier ?? []))
}

export const registerIdentityMerge: Register = (program, run) => {
  shared(group(program, 'identity', 'Who is who').command('merge'))
    .argument('<who...>', whoMeaning)
    .summary('join what is one person')
    .description(
      'Joins what is named, over splits and, where the pipeline file lets operators (identity.authoritative), over unique types and limits.',
    )
    .action((who: readonly string[], options: Options) => act(run, 'merge', options, who))
}
