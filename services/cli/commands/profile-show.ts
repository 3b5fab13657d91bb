import {
  byOption,
  group,
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

export const registerProfileShow: Register = (program, run) => {
  group(program, 'profile', 'Look at one person')
    .command('show')
    .argument('<who>', whoMeaning)
    .summary('identifiers, traits, features now, segments with reasons')
    .description(
      'Shows one profile. A value in clear is normalised and hashed here, under the installation key; it is sent nowhere.',
    )
    .option('--as-of <time>', 'as it was known then, ISO 8601')
    .option(...phoneRegionOption)
    .option(...spellingOption)
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((who: string, options: Options) =>
      run(async (terminal) => {
        const { runProfileShow } = await import('../profile/run-profile-show.ts')
        return runProfileShow(terminal, {
          who,
          asOf: options.asOf ?? null,
          phoneRegion: options.phoneRegion ?? null,
          pipelineFile: options.pipeline ?? null,
          ...recorded(options),
        })
      })(),
    )
}
