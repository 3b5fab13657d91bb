import {
  byOption,
  group,
  jsonOption,
  type RecordOptions,
  reasonOption,
  recorded,
  type Register,
} from './command.ts'

interface Options extends RecordOptions {
  readonly dryRun?: true
  readonly json?: true
}

export const registerKeysRotate: Register = (program, run) => {
  group(program, 'keys', 'Keys of what the pipeline file keeps')
    .command('rotate')
    .summary('wrap all data keys with the master key that is first now')
    .description(
      'Every value that the pipeline file keeps is sealed with a data key of its person, and that is wrapped by a master key. Wraps those anew that another master key than the first of TRIBUTARY_MASTER_KEYS… has wrapped; no value is touched. Repeatable, and may be killed at any point. Exit 1: some are wrapped by a master key that is not given here.',
    )
    .option('--dry-run', 'only count; exit 1 if anything were to be wrapped anew')
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const { runRotate } = await import('../keys/run-rotate.ts')
        return runRotate(terminal, {
          dryRun: options.dryRun === true,
          ...recorded(options),
        })
      })(),
    )
}
