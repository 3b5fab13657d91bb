import { group, jsonOption, type Register } from './command.ts'

interface Options {
  readonly asOf: string
  readonly pipeline?: string
  readonly dryRun?: true
  readonly publish?: true
  readonly json?: true
}

export const registerDriftRun: Register = (program, run) => {
  group(program, 'drift', 'whether data still behaves as it did')
    .command('run')
    .summary('measure one window and say what moved')
    .description(
      'Counts everybody’s features and traits in the frozen bins of the baseline in force, what came in the window before the as-of, segments and identity; compares it with the same weekday of four weeks and with the baseline; writes drift_metrics and drift_alerts. The same as-of again writes the same rows. Nobody is told but with --publish: a year that is made up for would be a year of alerts. Give as-ofs in their order. One of the last hour reads the tables of now; an older one sorts through profile_history.',
    )
    .requiredOption(
      '--as-of <time>',
      'the last window that had ended by then: ISO 8601, or back from now as 0s',
    )
    .option(
      '--pipeline <file>',
      'pipeline file (default: the deployed one, from Kafka, whose privacy.min_group holds for this one, too)',
    )
    .option(
      '--publish',
      'send what it opened, worsened or closed to drift.alerts, as the service does',
    )
    .option('--dry-run', 'say what it would write, and write nothing')
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const { runDriftRun } = await import('../drift/run/run-drift-run.ts')
        return runDriftRun(terminal, {
          asOf: options.asOf,
          pipelineFile: options.pipeline ?? null,
          dryRun: options.dryRun === true,
          publish: options.publish === true,
          json: options.json === true,
        })
      })(),
    )
}
