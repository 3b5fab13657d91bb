import { group, jsonOption, type Register } from './command.ts'

interface Options {
  readonly asOf?: string
  readonly html?: string
  readonly json?: true
}

export const registerDriftReport: Register = (program, run) => {
  group(program, 'drift', 'whether data still behaves as it did')
    .command('report')
    .summary('everything that one window says: by severity, side by side, over time')
    .description(
      'Every subject of the last window that was run, worst first: verdict, figures against each reference with the rows that they are of, counts side by side, the windows before, alerts with their causes, labels, mutes and baselines. Read from the drift tables as they are; nothing is measured anew. Exit 1 while an alert is open that somebody is told of.',
    )
    .option('--html <file>', 'also writes it as a page, to a file that is not there yet')
    .option(
      '--as-of <time>',
      'the last window that had ended by then: ISO 8601, or back from now as 7d (default: now)',
    )
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const { runDriftReport } = await import('../drift/report/run-report.ts')
        return runDriftReport(terminal, {
          asOf: options.asOf ?? null,
          html: options.html ?? null,
          json: options.json === true,
        })
      })(),
    )
}
