import { group, jsonOption, type Register } from './command.ts'

interface Options {
  readonly input: string
  readonly policy?: string
  readonly json?: true
}

export const registerIdentitySimulate: Register = (program, run) => {
  group(program, 'identity', 'Who is who')
    .command('simulate')
    .summary('who would be who, by the production linker, offline')
    .description(
      'Reads offline events (one JSON object a line) and shows profiles, events and decisions. Needs neither Kafka nor a key.',
    )
    .requiredOption('--input <file>', 'events, JSON lines; - for stdin')
    .option(
      '--policy <file>',
      'pipeline file, or only its identity part (default: the shipped one)',
    )
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const { runIdentitySimulate } = await import('../identity/run-simulate.ts')
        return runIdentitySimulate(terminal, options)
      })(),
    )
}
