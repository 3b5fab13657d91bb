import { group, jsonOption, type Register } from './command.ts'

interface Options {
  readonly reference: string
  readonly current: string
  readonly convention: string
  readonly type: readonly string[]
  readonly failOn?: string
  readonly json?: true
}

export const registerDriftCompare: Register = (program, run) => {
  group(program, 'drift', 'whether data still behaves as it did')
    .command('compare')
    .summary('compare two CSV files, column by column')
    .description(
      'Histograms in the bins of the reference, distances, tests, and a verdict per column. An empty cell is null. Nothing else is read or written.',
    )
    .requiredOption('--reference <file>', 'CSV as it was')
    .requiredOption('--current <file>', 'CSV as it is')
    .option(
      '--convention <name>',
      'definitions: tributary, evidently or nannyml; only the first has verdicts',
      'tributary',
    )
    .option(
      '--type <column=type>',
      'numeric or categorical; repeatable (default: by what is in the column)',
      (text: string, before: readonly string[]) => [...before, text],
      [],
    )
    .option('--fail-on <verdict>', 'exit 1 from this verdict on: info, warn or critical')
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const { runCompare } = await import('../drift/run-compare.ts')
        return runCompare(terminal, {
          reference: options.reference,
          current: options.current,
          convention: options.convention,
          types: options.type,
          failOn: options.failOn ?? null,
          json: options.json === true,
        })
      })(),
    )
}
