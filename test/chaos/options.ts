import { Command, InvalidArgumentError } from 'commander'
import { type FaultKind, faultFacts, faultKinds } from './kinds.ts'

export interface ChaosOptions {
  readonly seconds: number
  readonly seed: number
  readonly eventsPerSecond: number
  readonly only: readonly FaultKind[]
  readonly json: boolean
  readonly keep: boolean
  readonly page: string | null
}

const whole =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`a whole number from ${min} to ${max}`)
  }

function kindsOf(text: string): readonly FaultKind[] {
  return text.split(',').map((name) => {
    const kind = faultKinds.find((one) => one === name.trim())
    if (kind === undefined)
      throw new InvalidArgumentError(`${name} is none of ${faultKinds.join(', ')}`)
    return kind
  })
}

const after = `
Kinds of faults:
${faultKinds.map((kind) => `  ${kind.padEnd(16)} ${faultFacts[kind].says}`).join('\n')}

Exit codes: 0 nothing missing, doubled or different, and converged within a minute of the last fault; 1 otherwise; 2 usage; 3 the stack could
not be started.
`

interface Parsed {
  readonly seconds: number
  readonly seed: number
  readonly eventsPerSecond: number
  readonly only?: readonly FaultKind[]
  readonly json?: true
  readonly keep?: true
  readonly page?: string
}

/** Prints and ends the process for --help (0) and for a mistake (2). */
export function parseChaosOptions(args: readonly string[]): ChaosOptions {
  const command = new Command('chaos')
    .description(
      'Breaks a whole Tributary on a stack of its own while a simulated world sends, then holds it against the world’s own ledger',
    )
    .option('--seconds <n>', 'of load and faults', whole(20, 86_400), 60)
    .option(
      '--seed <n>',
      'the same seed gives the same world and the same faults',
      whole(0, 2 ** 31),
      1,
    )
    .option(
      '--events-per-second <n>',
      'steady rate; bursts are ten times as much',
      whole(1, 100_000),
      200,
    )
    .option('--only <kinds>', 'faults of these kinds only, separated by commas', kindsOf)
    .option('--json', 'one JSON object on stdout; all else goes to stderr')
    .option('--keep', 'keep the run’s directory: data, states, logs, ledger')
    .option('--page <file>', 'also write the result as a page of the documentation')
    .addHelpText('after', after)
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : 2)
    })
    .parse([...args], { from: 'user' })
  const { only, json, keep, page, ...rest } = command.opts<Parsed>()
  return {
    ...rest,
    only: only ?? faultKinds,
    json: json ?? false,
    keep: keep ?? false,
    page: page ?? null,
  }
}
