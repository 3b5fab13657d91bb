import { Option } from 'commander'
import { TributaryError } from '#runtime/errors/index.ts'
import { channels } from '#runtime/event/vocabulary.ts'
import { jsonOption, type Register } from './command.ts'

interface Options {
  readonly since: string
  readonly until?: string
  readonly channel?: string
  readonly source?: string
  readonly pipeline?: string
  readonly failAbove?: string
  readonly json?: true
}

export const registerQuality: Register = (program, run) => {
  program
    .command('quality')
    .summary('how good the data of each source is')
    .description(
      'Per source: volume, share dead-lettered by reason, machine share, unknown types, null rates, identifiers and junk, freshness, first and last seen schema versions. Read from ClickHouse; names of schemas from the registry where it is there.',
    )
    .option('--since <time>', 'records received since: ISO 8601, or back from now as 7d', '7d')
    .option('--until <time>', 'and before (default: now)')
    .addOption(new Option('--channel <channel>', 'only this channel').choices(channels))
    .option('--source <name>', 'only this source')
    .option('--pipeline <file>', 'also shows the sources of this file that were silent')
    .option('--fail-above <percent>', 'exit 1 when more of a source is dead-lettered')
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const failAbove = options.failAbove === undefined ? null : shareOf(options.failAbove)
        const { runQuality } = await import('../quality/run-quality.ts')
        return runQuality(terminal, {
          since: options.since,
          until: options.until ?? null,
          channel: options.channel ?? null,
          source: options.source ?? null,
          pipelineFile: options.pipeline ?? null,
          failAbove,
          json: options.json === true,
        })
      })(),
    )
}

function shareOf(text: string): number {
  const percent = /^\d{1,3}(?:\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN
  if (percent >= 0 && percent <= 100) return percent / 100
  throw new TributaryError('TRB_USAGE', `--fail-above ${text} is no percentage from 0 to 100`)
}
