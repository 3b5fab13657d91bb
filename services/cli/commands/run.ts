import { Command, CommanderError } from 'commander'
import { TributaryError } from '#runtime/errors/index.ts'
import { toJsonLine } from '../shell/json.ts'
import { ownVersion } from '../shell/own-version.ts'
import { reportError } from '../shell/report-error.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import type { Action, Register } from './command.ts'
import { registrations } from './registrations.ts'

/** Runs one command; never throws and never ends the process. */
export async function runCommandLine(
  argv: readonly string[],
  terminal: Terminal,
): Promise<ExitStatus> {
  const json = argv.includes('--json')
  let status: ExitStatus = 0
  const program = createProgram(
    json ? quietly(terminal) : terminal,
    registrations,
    (action) => async () => {
      status = await action(terminal)
    },
  ).version(versionText(terminal, json), '--version', 'the version; as JSON with --json')
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return status
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, json, terminal)
    // Commander throws for --help and --version too, after it has printed them.
    if (error.exitCode === 0) return 0
    if (error.code === 'commander.help' && !json) return 2
    return reportError(usageError(error), json, terminal)
  }
}

function createProgram(
  terminal: Terminal,
  register: readonly Register[],
  run: (action: Action) => () => Promise<void>,
): Command {
  const program = new Command('tributary')
    .description('One live profile per person from email, web and CRM events')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      // Reported once, in the form of all other errors.
      outputError: () => undefined,
    })
    .showSuggestionAfterError()
    .addHelpText('after', '\nIn a clone: npm run -s tributary -- <command>')
  for (const one of register) one(program, run)
  return program
}

function versionText(terminal: Terminal, json: boolean): string {
  const version = ownVersion(terminal)
  return json ? toJsonLine({ version }).trimEnd() : (version ?? 'unknown')
}

/** With --json stderr is for one JSON object: no help text there. */
const quietly = (terminal: Terminal): Terminal => ({
  ...terminal,
  stderr: { write: () => true },
})

function usageError(error: CommanderError): TributaryError {
  if (error.code === 'commander.help') {
    return new TributaryError('TRB_USAGE', 'the command is not complete')
  }
  const [what = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
  const hint = suggestion?.replace(/^\(|\)$/g, '')
  return new TributaryError('TRB_USAGE', what, hint === undefined ? {} : { hint })
}
