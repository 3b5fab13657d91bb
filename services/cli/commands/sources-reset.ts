import { Argument } from 'commander'
import { channels, type Channel } from '#runtime/event/vocabulary.ts'
import {
  byOption,
  group,
  jsonOption,
  type RecordOptions,
  reasonOption,
  recorded,
  type Register,
} from './command.ts'

interface Options extends RecordOptions {
  readonly dryRun?: true
  readonly json?: true
}

export const registerSourcesReset: Register = (program, run) => {
  group(program, 'sources', 'Where the channels read')
    .command('reset')
    .summary('go on where records are gone that were never read')
    .description(
      'After TRB_OFFSET_LOST: partitions of the channel whose committed offset is not in the log any more go on at the oldest record that is left. Stop the channel first.',
    )
    .addArgument(new Argument('<channel>', 'whose topics').choices(channels))
    .option('--dry-run', 'only say what would be lost; exit 1 if anything would')
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((channel: Channel, options: Options) =>
      run(async (terminal) => {
        const { runSourcesReset } = await import('../sources/run-sources-reset.ts')
        return runSourcesReset(terminal, {
          channel,
          dryRun: options.dryRun === true,
          ...recorded(options),
        })
      })(),
    )
}
