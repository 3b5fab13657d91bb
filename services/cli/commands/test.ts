import { jsonOption, type Register } from './command.ts'

export const registerTest: Register = (program, run) => {
  program
    .command('test')
    .argument('[files...]', 'files of examples', ['infra/pipeline.test.yaml'])
    .summary("run a pipeline file's own examples: events in, features and segments expected")
    .description(
      'Runs the examples beside a pipeline file (NAME.test.yaml beside NAME.yaml, docs/testing-rules.md): events happen, time passes, and features, traits, segments and transitions must come out as written. By the production code; needs neither Kafka nor ClickHouse nor a key. Exit 1 when one fails.',
    )
    .option('--watch', 'run again whenever one of the files changes, until Ctrl-C')
    .option(...jsonOption)
    .action((files: readonly string[], options: { readonly watch?: true; readonly json?: true }) =>
      run(async (terminal) => {
        const { runTest } = await import('../examples/run-test.ts')
        return runTest(terminal, {
          files,
          watch: options.watch === true,
          json: options.json === true,
        })
      })(),
    )
}
