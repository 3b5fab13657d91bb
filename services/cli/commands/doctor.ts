import { InvalidArgumentError } from 'commander'
import { jsonOption, type Register } from './command.ts'

interface Options {
  readonly pipeline?: string
  readonly timeout: number
  readonly json?: true
}

export const registerDoctor: Register = (program, run) => {
  program
    .command('doctor')
    .summary('is everything in order, and which stage is slow')
    .description(
      'Looks at the whole installation from the outside and changes nothing: versions, reachability, permissions, topics and their settings, migrations, the definition against the log, lag per stage with the oldest waiting record, retention against lag, dead letters, clocks, disks; each finding with its fix.',
    )
    .option('--pipeline <file>', 'also whether this file is the deployed one')
    .option('--timeout <seconds>', 'how long each check may take', secondsOf, 5)
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExit 0: no problem (warnings allowed); 1: a problem; 2: usage, or nothing is configured; 3: nothing can be reached at all.',
    )
    .action((options: Options) =>
      run(async (terminal) => {
        const { runDoctor } = await import('../doctor/run-doctor.ts')
        return runDoctor(terminal, {
          pipelineFile: options.pipeline ?? null,
          timeoutMs: options.timeout * 1000,
          json: options.json === true,
        })
      })(),
    )
}

const secondsMax = 300

function secondsOf(text: string): number {
  const seconds = /^\d{1,3}(?:\.\d+)?$/.test(text) ? Number.parseFloat(text) : Number.NaN
  if (seconds > 0 && seconds <= secondsMax) return seconds
  throw new InvalidArgumentError(`It is no number of seconds up to ${secondsMax}.`)
}
