import { TributaryError } from '#runtime/errors/index.ts'
import { jsonOption, type Register } from './command.ts'

interface Options {
  readonly profile?: string
  readonly sample?: string
  readonly json?: true
}

const sampleDefault = 1000

export const registerVerify: Register = (program, run) => {
  program
    .command('verify')
    .summary('recompute profiles from their events')
    .description(
      'Folds the stored events again, by the production algebra, and compares with the stored profiles. Exit 1 when anything differs.',
    )
    .option('--profile <id>', 'one profile')
    .option('--sample <n>', `so many, at random (default: ${sampleDefault})`)
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const sample = options.sample === undefined ? sampleDefault : wholeNumber(options.sample)
        const { runVerify } = await import('../verify/run-verify.ts')
        return runVerify(terminal, {
          profile: options.profile ?? null,
          sample,
          json: options.json === true,
        })
      })(),
    )
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new TributaryError('TRB_USAGE', `--sample ${text} is no whole number above 0`)
}
