import { jsonOption, reasonOption, recorded, type Register } from './command.ts'
import { wholeNumber } from './whole-number.ts'

interface Options {
  readonly by?: string
  readonly reason?: string
  readonly dryRun?: true
  readonly sample: number
  readonly notify?: true
  readonly json?: true
}

export const registerDeploy: Register = (program, run) => {
  program
    .command('deploy')
    .argument('<file>', 'pipeline file')
    .summary('put a pipeline file into the log')
    .description(
      'Checks the file, adds its columns to ClickHouse and puts it into the log, from where every service takes it over. May be repeated. Exit 1: the file has mistakes, which are told as lint tells them, or a change that the log can’t carry; nothing was changed.',
    )
    .option(
      '--dry-run',
      'only say what would change: features and segments, columns, how many people enter and leave',
    )
    .option(
      '--sample <n>',
      'with --dry-run: people whom the file is tried on, at most; of more, a sample',
      wholeNumber,
      10_000,
    )
    .option(
      '--notify',
      'tell consumers of profile.segments who enters and leaves by it; without, they hear nothing of it',
    )
    .option('--by <account>', 'who deploys, for the record (default: the account of this process)')
    .option(...reasonOption)
    .option(...jsonOption)
    .action((file: string, options: Options) =>
      run(async (terminal) => {
        const { runDeploy } = await import('../deploy/run-deploy.ts')
        return runDeploy(terminal, {
          file,
          ...recorded(options),
          dryRun: options.dryRun === true,
          sample: options.sample,
          notify: options.notify === true,
        })
      })(),
    )
}
