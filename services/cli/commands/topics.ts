import {
  byOption,
  group,
  jsonOption,
  type RecordOptions,
  reasonOption,
  recorded,
  type Register,
} from './command.ts'

interface Options {
  readonly json?: true
}

const description = 'The topics that Tributary needs'

export const registerTopicsPlan: Register = (program, run) => {
  group(program, 'topics', description)
    .command('plan')
    .summary('what is missing or different; exit 1 if anything is')
    .description('Compares the declared topics with those of the cluster and changes nothing.')
    .option(...jsonOption)
    .action((options: Options) =>
      run(async (terminal) => {
        const { runTopics } = await import('../topics/run-topics.ts')
        return runTopics(terminal, {
          apply: false,
          reason: '',
          by: null,
          json: options.json === true,
        })
      })(),
    )
}

export const registerTopicsApply: Register = (program, run) => {
  group(program, 'topics', description)
    .command('apply')
    .summary('create what is missing and put settings right')
    .description(
      'Creates missing topics and puts settings right. A partition count is never changed, and source topics are the company’s: only TRIBUTARY_MODE=local creates them.',
    )
    .option(...reasonOption)
    .option(...byOption)
    .option(...jsonOption)
    .action((options: Options & RecordOptions) =>
      run(async (terminal) => {
        const { runTopics } = await import('../topics/run-topics.ts')
        return runTopics(terminal, {
          apply: true,
          ...recorded(options),
        })
      })(),
    )
}
