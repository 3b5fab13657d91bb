import { Option } from 'commander'
import { type Channel, channels } from '#runtime/event/vocabulary.ts'
import { jsonOption, type Register } from './command.ts'

interface Options {
  readonly channel: Channel
  readonly file: string
  readonly map: string
  readonly phoneRegion?: string
  readonly again?: true
  readonly json?: true
}

export const registerImport: Register = (program, run) => {
  program
    .command('import')
    .summary('send the rows of a CSV file to a channel')
    .description(
      'Reads a file by a map (delimiter, columns, zone, currency, consent basis) and sends its rows to the import topic of the channel. May be interrupted and repeated: each row counts once.',
    )
    .addOption(
      new Option('--channel <channel>', 'the channel that reads the rows')
        .choices(channels)
        .makeOptionMandatory(),
    )
    .requiredOption('--file <file>', 'the file: CSV, or columns parted by blanks')
    .requiredOption('--map <file>', 'what its columns mean (YAML)')
    .option('--phone-region <country>', 'of phone numbers without a country code, e.g. DE')
    .option('--again', 'send a file again that was imported already')
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const { runImport } = await import('../import/run-import.ts')
        return runImport(terminal, {
          channel: options.channel,
          file: options.file,
          map: options.map,
          phoneRegion: options.phoneRegion ?? null,
          again: options.again === true,
          json: options.json === true,
        })
      })(),
    )
}
