import type { Command } from 'commander'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'

/** What a command does once its arguments are read. Throws a TributaryError for everything but its own findings. */
export type Action = (terminal: Terminal) => Promise<ExitStatus>

/** Wraps what a command does for commander. */
export type Run = (action: Action) => () => Promise<void>

/**
 * Adds a command to the program. Only its name and options are loaded with it: the action imports what it needs when it runs, so that
 * `--help` answers at once.
 */
export type Register = (program: Command, run: Run) => void

export const jsonOption = ['--json', 'one JSON object on stdout, errors as JSON on stderr'] as const

/** Who is meant, as parseWho reads it. */
export const whoMeaning =
  '<identifier type>=<value> in clear, a pseudonym <type>:<pseudonym>, or a profile id of any time'

const upper = (country: string): string => country.toUpperCase()

/** Of one number, and of those of many people. */
export const phoneRegionOption = [
  '--phone-region <country>',
  'country of a phone number without a country code, ISO 3166',
  upper,
] as const
export const phoneRegionsOption = [
  '--phone-region <country>',
  'country of phone numbers without a country code, ISO 3166',
  upper,
] as const

export const spellingOption = [
  '--pipeline <file>',
  'pipeline file in force: its spellings of addresses (identity.types.email) and its blocked values',
] as const

/** What a privileged command is asked for `audit_log`. */
export interface RecordOptions {
  readonly reason?: string
  readonly by?: string
}
export const reasonOption = ['--reason <text>', 'why, for the record: no personal data'] as const
export const byOption = [
  '--by <account>',
  'who gives the command, for the record (default: the account of this process)',
] as const

/** What was given of it, as privileged commands take it; `by` null: the account of this process. */
export const recorded = (
  options: RecordOptions & { readonly json?: true },
): { readonly by: string | null; readonly reason: string; readonly json: boolean } => ({
  by: options.by ?? null,
  reason: options.reason ?? '',
  json: options.json === true,
})

/** The group command `name`, made by the first command that needs it. */
export function group(program: Command, name: string, description: string): Command {
  return (
    program.commands.find((command) => command.name() === name) ??
    program.command(name).description(description)
  )
}
