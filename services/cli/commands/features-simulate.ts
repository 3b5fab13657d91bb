import { group, jsonOption, type Register } from './command.ts'

interface Options {
  readonly pipeline: string
  readonly input: string
  readonly asOf: string
  readonly explain?: true
  readonly json?: true
}

export const registerFeaturesSimulate: Register = (program, run) => {
  group(program, 'features', 'What is learned about people')
    .command('simulate')
    .summary('features, traits, segments and transitions of events in a file, offline')
    .description(
      'Reads offline events (one JSON object a line, docs/testing-rules.md) and shows what a pipeline file makes of them, by the production code: who is who, features, traits, segments with reasons, transitions, timers included. Needs neither Kafka nor ClickHouse nor a key.',
    )
    .requiredOption('--pipeline <file>', 'pipeline file')
    .requiredOption('--input <file>', 'events, JSON lines; - for stdin')
    .requiredOption(
      '--as-of <time>',
      'ISO 8601: values are of this time, what happened or was received after it is left out',
    )
    .option('--explain', 'each segment: why, why not, and what would change it')
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const { runFeaturesSimulate } = await import('../features/run-simulate.ts')
        return runFeaturesSimulate(terminal, {
          ...options,
          explain: options.explain === true,
          json: options.json === true,
        })
      })(),
    )
}
