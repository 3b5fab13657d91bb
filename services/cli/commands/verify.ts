import { jsonOption, type Register } from './command.ts'
import { wholeNumber } from './whole-number.ts'

interface Options {
  readonly profile?: string
  readonly sample: number
  readonly json?: true
}

export const registerVerify: Register = (program, run) => {
  program
    .command('verify')
    .summary('recompute profiles from their events')
    .description(
      'Folds the stored events again, by the production algebra, and compares with the stored profiles. Exit 1 when anything differs, or nothing is stored.',
    )
    .option('--profile <id>', 'one profile, by an id of any time')
    .option('--sample <n>', 'so many, at random', wholeNumber, 1000)
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const { runVerify } = await import('../verify/run-verify.ts')
        return runVerify(terminal, {
          profile: options.profile ?? null,
          sample: options.sample,
          json: options.json === true,
        })
      })(),
    )
}
