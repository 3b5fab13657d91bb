import { jsonOption, type Register } from './command.ts'

export const registerLint: Register = (program, run) => {
  program
    .command('lint')
    .argument('[file]', 'pipeline file', 'infra/pipeline.yaml')
    .summary('explain every mistake of a pipeline file')
    .description(
      'Explains every mistake of a pipeline file with line, column and what to do. Needs no connection.',
    )
    .option(...jsonOption)
    .action((file: string, options: { readonly json?: true }) =>
      run(async (terminal) => {
        const { runLint } = await import('../lint/run-lint.ts')
        return runLint(terminal, { file, json: options.json === true })
      })(),
    )
}
