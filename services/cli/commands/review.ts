import { jsonOption, type Register } from './command.ts'
import { alikeOption, minSizeOption } from './segment-limits.ts'

interface Options {
  readonly since: string
  readonly html?: string
  readonly minSize: number
  readonly alike: number
  readonly json?: true
}

export const registerReview: Register = (program, run) => {
  program
    .command('review')
    .argument('[file]', 'pipeline file', 'infra/pipeline.yaml')
    .summary('the quarterly page: how segments did, and which to retire')
    .description(
      'Of each segment over the last quarter: size and its way there, entries and exits, its success metric after entries, before them and among people who were not in it, late reviews, what nobody enters any more, what is too alike, and which to retire and why. Read from ClickHouse; the last change of a rule, and which groups are too small to be told, from Kafka. Exit 1 when there is something to retire or to decide.',
    )
    .option('--since <time>', 'start of the span: ISO 8601, or back from now as 91d', '91d')
    .option('--html <file>', 'also writes it as a page, to a file that is not there yet')
    .option(...minSizeOption)
    .option(...alikeOption)
    .option(...jsonOption)
    .action((file: string, options: Options) =>
      run(async (terminal) => {
        const { runReview } = await import('../rules/review/run-review.ts')
        return runReview(terminal, {
          file,
          since: options.since,
          html: options.html ?? null,
          sizeMin: options.minSize,
          alikeMin: options.alike,
          json: options.json === true,
        })
      })(),
    )
}
