import { Option } from 'commander'
import { type Channel, channels } from '#runtime/event/vocabulary.ts'
import { type Register, phoneRegionsOption } from './command.ts'

interface Options {
  readonly channel: Channel
  readonly source?: string
  readonly headers?: string
  readonly pipeline?: string
  readonly receivedAt?: string
  readonly phoneRegion?: string
  readonly offline?: true
}

export const registerNormalise: Register = (program, run) => {
  program
    .command('normalise')
    .summary('one raw record to canonical events, offline')
    .description(
      'Reads one raw record (a webhook body) from stdin and prints a line of JSON per event: ok, dead_letter or drop. Needs neither Kafka nor a registry.',
    )
    .addOption(
      new Option('--channel <channel>', 'where it came from')
        .choices(channels)
        .makeOptionMandatory(),
    )
    .option(
      '--source <name>',
      'a vendor, or a source of the pipeline file (default: by the record itself)',
    )
    .option('--headers <file>', 'headers of the record: a JSON object, or lines of "name: value"')
    .option('--pipeline <file>', 'pipeline file: its sources, identifier types and blocked values')
    .option('--received-at <time>', 'when the record came, ISO 8601 (default: now)')
    .option(...phoneRegionsOption)
    .option('--offline', 'print offline events, which simulate reads; the rest goes to stderr')
    .option('--json', 'as without it: a line of JSON per event; errors as JSON too')
    .action((options: Options) =>
      run(async (terminal) => {
        const { runNormalise } = await import('../normalise/run-normalise.ts')
        return runNormalise(terminal, {
          channel: options.channel,
          source: options.source ?? null,
          headersFile: options.headers ?? null,
          pipelineFile: options.pipeline ?? null,
          receivedAt: options.receivedAt ?? null,
          phoneRegion: options.phoneRegion ?? null,
          offline: options.offline === true,
        })
      })(),
    )
}
