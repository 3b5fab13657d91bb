import { jsonOption, type Register } from './command.ts'

export const registerTrace: Register = (program, run) => {
  program
    .command('trace')
    .argument(
      '<what>',
      '<topic>:<partition>:<offset>[:<index>], profile:<id>[:<version>] or event:<event id>',
    )
    .summary('from a raw record to every row it became, and back')
    .description(
      'Lists every hop and row of a record: of a raw topic, of profile.log or identity.links, or behind a row of profiles or segment_transitions (its profile and version). Back to the raw records, and from there forwards to events, dead letters and replays, profiles, transitions, decisions. Ids and places only: no contents are shown.',
    )
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExit 0: found; 1: nothing is known of it. Examples: tributary trace channel.web:0:1204; tributary trace profile.log:3:88:2',
    )
    .action((what: string, options: { readonly json?: true }) =>
      run(async (terminal) => {
        const { runTrace } = await import('../trace/run-trace.ts')
        return runTrace(terminal, { what, json: options.json === true })
      })(),
    )
}
