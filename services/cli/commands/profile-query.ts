import { Option } from 'commander'
import { group, jsonOption, type Register } from './command.ts'

interface Options {
  readonly columns?: readonly string[]
  readonly by: 'identifier' | 'profile' | 'alias'
  readonly json?: true
}

export const registerProfileQuery: Register = (program, run) => {
  group(program, 'profile', 'Look at one person')
    .command('query')
    .argument('[file]', 'the pipeline file that is deployed', 'infra/pipeline.yaml')
    .summary('the SQL of a look-up that a page or a mail waits for')
    .description(
      'Prints a query that says of the columns that you name what profiles_now says of them, for one person, and reads nothing else: the fewer, the quicker. Needs no connection. Give its parameter as a parameter, not in the text: the query log keeps literals.',
    )
    .option(
      '--columns <names>',
      'columns of profiles_now, with commas between them; left out: all of them',
      (text: string) => text.split(',').map((name) => name.trim()),
    )
    .addOption(
      new Option(
        '--by <what>',
        'identifier: fragment_id, <type>:<pseudonym>; profile: profile_id, as it is now; alias: old_profile_id, a profile id of any time',
      )
        .choices(['identifier', 'profile', 'alias'])
        .default('identifier'),
    )
    .option(...jsonOption)
    .action((file: string, options: Options) =>
      run(async (terminal) => {
        const { runProfileQuery } = await import('../profile/run-profile-query.ts')
        return runProfileQuery(terminal, {
          file,
          columns: options.columns ?? [],
          by: options.by,
          json: options.json === true,
        })
      })(),
    )
}
