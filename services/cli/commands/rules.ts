import { jsonOption, type Register } from './command.ts'
import { alikeOption, minSizeOption } from './segment-limits.ts'

interface Options {
  readonly minSize: number
  readonly alike: number
  readonly json?: true
}

export const registerRules: Register = (program, run) => {
  program
    .command('rules')
    .argument('[file]', 'pipeline file', 'infra/pipeline.yaml')
    .summary('every segment with its owner, size, overlap and what is wrong with it')
    .description(
      'Of each segment: trigger, owner, objective, success metric, size, last change, last entry, overlap, whom others of its group take from it, in what its members differ from everybody else, and what lint finds. Sizes come from ClickHouse, the last change from the definitions in Kafka; what is away is said to be not known. Groups below privacy.min_group, of the file or of the one in force, are shown as "<10".',
    )
    .option(...minSizeOption)
    .option(...alikeOption)
    .option(...jsonOption)
    .action((file: string, options: Options) =>
      run(async (terminal) => {
        const { runRules } = await import('../rules/run-rules.ts')
        return runRules(terminal, {
          file,
          sizeMin: options.minSize,
          alikeMin: options.alike,
          json: options.json === true,
        })
      })(),
    )
}
