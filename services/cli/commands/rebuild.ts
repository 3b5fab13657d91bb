import { InvalidArgumentError, Option } from 'commander'
import {
  byOption,
  group,
  jsonOption,
  type RecordOptions,
  reasonOption,
  recorded,
  type Register,
} from './command.ts'
import { wholeNumber } from './whole-number.ts'

interface RunOptions {
  readonly partitions?: number
  readonly slice: number
  readonly sliceEvents: number
  readonly services: boolean
  readonly undrained?: true
  readonly newKey?: true
  readonly dryRun?: true
  readonly keepOld?: true
  readonly notify?: true
  readonly by?: string
  readonly reason?: string
  readonly cluster?: string
  readonly replicated?: true
  readonly json?: true
}

const description = 'Recompute everything from the stored events, beside the generation that serves'

const unitsMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

const duration = (text: string): number => {
  const match = /^([1-9]\d{0,5})([smhd])$/.exec(text)
  const unit = unitsMs[match?.[2] ?? '']
  if (match === null || unit === undefined)
    throw new InvalidArgumentError('Write a number with a unit: 30s, 15m, 1h, 1d.')
  return Number(match[1]) * unit
}

/** As many as a log may have (TRIBUTARY_PARTITIONS). */
const partitionsMax = 4096

function partitions(text: string): number {
  const count = wholeNumber(text)
  if (count <= partitionsMax) return count
  throw new InvalidArgumentError(`It is more than ${partitionsMax}.`)
}

export const registerRebuild: Register = (program, run) => {
  group(program, 'rebuild', description)
    .command('run', { isDefault: true })
    .argument('[file]', 'pipeline file to fold everything under; without it, the one in force')
    .summary('build a new generation and let it take over; goes on where it was cut off')
    .description(
      'Builds a new generation of profile.log from `events` and `identity.links` while the present one serves, catches up, lets the channels pause for a moment, exchanges the tables and drops the old generation. For features and rules that shall hold for the past too, another order of identifiers, another number of partitions, or a lost state. May be cut off anywhere: the next run goes on.',
    )
    .option(
      '--partitions <n>',
      'partitions of the new profile.log (default: as before)',
      partitions,
    )
    .addOption(
      new Option(
        '--slice <duration>',
        'log time that is fed before all partitions must have applied it: how far transitions of merged profiles may be off',
      )
        .argParser(duration)
        .default(unitsMs['h'], '1h'),
    )
    .option(
      '--slice-events <n>',
      'events after which a slice ends at the latest',
      wholeNumber,
      5000,
    )
    .option(
      '--no-services',
      'do not run profiles and identity of the new generation here: they are deployed with TRIBUTARY_GENERATION',
    )
    .option(
      '--undrained',
      'switch though the old generation does not apply its log: its state is lost, and the new one applies the rest',
    )
    .option(
      '--new-key',
      'make all pseudonyms anew with the next installation key (TRIBUTARY_KEY_NEXT…), from the raw topics alone; what lies before their retention is lost: see --dry-run first (docs/keys.md)',
    )
    .option(
      '--dry-run',
      'with --new-key: only say from when raw records are there, what is lost and what is carried over',
    )
    .option(
      '--notify',
      'tell consumers of profile.segments who enters and leaves by it; without, they hear nothing of it',
    )
    .option('--keep-old', 'leave the old generation there; tributary rebuild drop removes it')
    .option(
      '--by <account>',
      'who deploys the file, for the record (default: the account of this process)',
    )
    .option(...reasonOption)
    .option('--cluster <name>', 'create and exchange tables ON CLUSTER of this name')
    .option('--replicated', 'ReplicatedReplacingMergeTree instead of ReplacingMergeTree')
    .option(...jsonOption)
    .action((file: string | undefined, options: RunOptions) =>
      run(async (terminal) => {
        const { runRebuildCommand } = await import('../rebuild/run-rebuild.ts')
        return runRebuildCommand(terminal, {
          file: file ?? null,
          partitions: options.partitions ?? null,
          sliceMs: options.slice,
          sliceEvents: options.sliceEvents,
          services: options.services,
          undrained: options.undrained === true,
          newKey: options.newKey === true,
          dryRun: options.dryRun === true,
          keepOld: options.keepOld === true,
          notify: options.notify === true,
          ...recorded(options),
          cluster: options.cluster ?? null,
          replicated: options.replicated === true,
        })
      })(),
    )
}

export const registerRebuildStatus: Register = (program, run) => {
  group(program, 'rebuild', description)
    .command('status')
    .summary('which generation serves, and how far the next one is')
    .option(...jsonOption)
    .action((options: { readonly json?: true }) =>
      run(async (terminal) => {
        const { runStatus } = await import('../rebuild/run-status.ts')
        return runStatus(terminal, options.json === true)
      })(),
    )
}

interface DropOptions extends RecordOptions {
  readonly cluster?: string
  readonly json?: true
}

export const registerRebuildAbort: Register = (program, run) => {
  group(program, 'rebuild', description)
    .command('abort')
    .summary('give up the generation that is being built')
    .description(
      'Removes the topics, groups and tables of the generation that is being built. Nothing changes for the one that serves. Not possible any more once tables change places.',
    )
    .option('--cluster <name>', 'drop tables ON CLUSTER of this name')
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((options: DropOptions) =>
      run(async (terminal) => {
        const { runAbort } = await import('../rebuild/run-drop.ts')
        return runAbort(terminal, {
          cluster: options.cluster ?? null,
          ...recorded(options),
        })
      })(),
    )
}

export const registerRebuildDrop: Register = (program, run) => {
  group(program, 'rebuild', description)
    .command('drop')
    .summary('remove the generation that was replaced')
    .description('Removes the topics, groups and tables of the generation that served before.')
    .option('--cluster <name>', 'drop tables ON CLUSTER of this name')
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((options: DropOptions) =>
      run(async (terminal) => {
        const { runDrop } = await import('../rebuild/run-drop.ts')
        return runDrop(terminal, {
          cluster: options.cluster ?? null,
          ...recorded(options),
        })
      })(),
    )
}
