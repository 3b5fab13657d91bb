import {
  byOption,
  jsonOption,
  type RecordOptions,
  reasonOption,
  recorded,
  type Register,
  phoneRegionOption,
  spellingOption,
  whoMeaning,
} from './command.ts'

interface Options extends RecordOptions {
  readonly asOf?: string
  readonly phoneRegion?: string
  readonly pipeline?: string
  readonly json?: true
}

export const registerExplain: Register = (program, run) => {
  program
    .command('explain')
    .argument('<who>', whoMeaning)
    .argument('<segment>', 'name of a segment of the pipeline file in force, then or now')
    .summary('why somebody is in a segment or not, and what would change it')
    .description(
      'Evaluates each part of the rule on what is known of the person now: values, thresholds, what is unknown and why, which segment of the group comes first, the minimum stay, what would change it, and when time alone will. As of a time: by the rule, the values and the membership of then, with the entry or exit that made it so and the one that came next.',
    )
    .option('--as-of <time>', 'as it was known then, ISO 8601, or back from now as 7d')
    .option(...phoneRegionOption)
    .option(...spellingOption)
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((who: string, segment: string, options: Options) =>
      run(async (terminal) => {
        const { runExplain } = await import('../explain/run-explain.ts')
        return runExplain(terminal, {
          who,
          segment,
          asOf: options.asOf ?? null,
          phoneRegion: options.phoneRegion ?? null,
          pipelineFile: options.pipeline ?? null,
          ...recorded(options),
        })
      })(),
    )
}
