import {
  byOption,
  jsonOption,
  type RecordOptions,
  reasonOption,
  recorded,
  type Register,
} from './command.ts'

interface Options extends RecordOptions {
  readonly cluster?: string
  readonly replicated?: true
  readonly dryRun?: true
  readonly json?: true
}

export const registerMigrate: Register = (program, run) => {
  program
    .command('migrate')
    .summary('bring the ClickHouse database to this version')
    .description(
      'Creates the database, tables and views that are missing. May be repeated, also at the same time.',
    )
    .option('--cluster <name>', 'create everything ON CLUSTER of this name')
    .option('--replicated', 'ReplicatedReplacingMergeTree instead of ReplacingMergeTree')
    .option('--dry-run', 'only say what would be applied')
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const { runMigrate } = await import('../migrate/run-migrate.ts')
        return runMigrate(terminal, {
          cluster: options.cluster ?? null,
          replicated: options.replicated === true,
          dryRun: options.dryRun === true,
          ...recorded(options),
        })
      })(),
    )
}
