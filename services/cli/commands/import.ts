import { Option } from 'commander'
import { type Channel, channels } from '#runtime/event/vocabulary.ts'
import {
  byOption,
  jsonOption,
  type RecordOptions,
  reasonOption,
  recorded,
  type Register,
  phoneRegionsOption,
} from './command.ts'

interface Options extends RecordOptions {
  readonly channel: Channel
  readonly file: string
  readonly map: string
  readonly phoneRegion?: string
  readonly encoding?: string
  readonly again?: true
  readonly json?: true
}

export const registerImport: Register = (program, run) => {
  program
    .command('import')
    .summary('bulk history from a CSV file')
    .description(
      'Streams the rows of a file, packed by gzip or not, into the import topic of a channel. May be interrupted and repeated: every row counts once. Exit 1 when rows could not be read.',
    )
    .addOption(
      new Option('--channel <channel>', 'whose history it is')
        .choices(channels)
        .makeOptionMandatory(),
    )
    .requiredOption('--file <file>', 'the rows')
    .requiredOption(
      '--map <file>',
      'which column is what: delimiter, zone, currency, consent basis',
    )
    .option(...phoneRegionsOption)
    .option(
      '--encoding <name>',
      'of the file, such as windows-1252 (default: UTF-8, or UTF-16 where its first bytes say so)',
    )
    .option('--again', 'send a file again that was imported to its end')
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const { runImport } = await import('../import/run-import.ts')
        return runImport(terminal, {
          channel: options.channel,
          file: options.file,
          map: options.map,
          phoneRegion: options.phoneRegion ?? null,
          encoding: options.encoding ?? null,
          again: options.again === true,
          ...recorded(options),
        })
      })(),
    )
}
