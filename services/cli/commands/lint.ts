import { jsonOption, type Register } from './command.ts'
import { alikeOption, minSizeOption } from './segment-limits.ts'

interface Options {
  readonly live?: true
  readonly minSize: number
  readonly alike: number
  readonly watch?: true
  readonly json?: true
}

export const registerLint: Register = (program, run) => {
  program
    .command('lint')
    .argument('[file]', 'pipeline file', 'infra/pipeline.yaml')
    .summary('explain every mistake of a pipeline file')
    .description(
      'Explains every mistake of a pipeline file with line, column and what to do; rules that can never hold, contradict, repeat or shadow each other among them. Needs no connection; with --live it asks ClickHouse, too (and Kafka for privacy.min_group of the file in force), which segments are too small, too alike, like everybody else, or were never entered. Exit 1: an error or a warning.',
    )
    .option(
      '--live',
      'also look at the people in the segments (CLICKHOUSE_URL and KAFKA_BROKERS, or the local stack)',
    )
    .option(...minSizeOption)
    .option(...alikeOption)
    .option('--watch', 'look again whenever the file changes, until Ctrl-C')
    .option(...jsonOption)
    .action((file: string, options: Options) =>
      run(async (terminal) => {
        const { runLint } = await import('../lint/run-lint.ts')
        const live =
          options.live === true ? { sizeMin: options.minSize, alikeMin: options.alike } : null
        return runLint(terminal, {
          file,
          live,
          watch: options.watch === true,
          json: options.json === true,
        })
      })(),
    )
}
