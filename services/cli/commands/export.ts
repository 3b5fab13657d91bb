import { Option } from 'commander'
import type { ExportIdentity } from '../export/run-export.ts'
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
  readonly entities: string
  readonly out: string
  readonly identity: ExportIdentity
  readonly entityColumn: string
  readonly timeColumn: string
  readonly phoneRegion?: string
  readonly allowSmallGroup?: string
  readonly json?: true
}

export const registerExport: Register = (program, run) => {
  program
    .command('export')
    .summary('features, traits and segments of people as of times, to a Parquet file')
    .description(
      'A row for each row of a file of people and times, in its order, as of that time: nothing that came later is in it, and nothing whose purpose is not given today. Identifiers are hashed here, under the installation key; they are in no table and no file.',
    )
    .requiredOption(
      '--entities <file>',
      'CSV with a header, or JSON lines: who (<identifier type>=<value>, a pseudonym or a profile id) and when (ISO 8601)',
    )
    .requiredOption('--out <file>', 'Parquet file to write; one that is not there yet')
    .addOption(
      new Option(
        '--identity <which>',
        'known_then: who belonged together as was known at each time. now: who is one person today, made of the events that were known by then',
      )
        .choices(['known_then', 'now'])
        .default('known_then'),
    )
    .option('--entity-column <name>', 'column that says who', 'entity')
    .option('--time-column <name>', 'column that says when', 'at')
    .option(...phoneRegionsOption)
    .option(
      '--allow-small-group <reason>',
      'let fewer people leave than privacy.min_group, for this reason',
    )
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const { runExport } = await import('../export/run-export.ts')
        return runExport(terminal, {
          entities: options.entities,
          out: options.out,
          identity: options.identity,
          entityColumn: options.entityColumn,
          timeColumn: options.timeColumn,
          phoneRegion: options.phoneRegion ?? null,
          allowSmallGroup: options.allowSmallGroup ?? null,
          ...recorded(options),
        })
      })(),
    )
}
