import { jsonOption, reasonOption, type Register } from './command.ts'

interface Options {
  readonly by?: string
  readonly reason?: string
  readonly dryRun?: true
  readonly json?: true
}

export const registerDeploy: Register = (program, run) => {
  program
    .command('deploy')
    .argument('<file>', 'pipeline file')
    .summary('put a pipeline file into the log')
    .description(
      'Checks the file, adds its columns to ClickHouse and puts it into the log, from where every service takes it over. May be repeated.',
    )
    .option('--dry-run', 'only say what would change')
    .option('--by <account>', 'who deploys, for the record (default: the account of this process)')
    .option(...reasonOption)
    .option(...jsonOption)
    .action((file: string, options: Options) =>
      run(async (terminal) => {
        const { runDeploy } = await import('../deploy/run-deploy.ts')
        return runDeploy(terminal, {
          file,
          by: options.by ?? null,
          reason: options.reason ?? '',
          dryRun: options.dryRun === true,
          json: options.json === true,
        })
      })(),
    )
}
