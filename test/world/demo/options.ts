import { parseArgs } from 'node:util'
import { asError, TributaryError } from '#runtime/errors/index.ts'

export interface DemoOptions {
  readonly events: number
  readonly people: number
  readonly seed: number
  readonly keep: boolean
  readonly stop: boolean
  readonly json: boolean
}

export const demoHelp = `Usage: npm run demo -- [options]

Starts the local stack (Kafka, schema registry, ClickHouse) and every Tributary service, lets a simulated world of people send events
through real vendors' payloads, and shows what came out of it, compared with what is true.

  --events N   events to send (default 100000)
  --people N   people in the world (default 10000)
  --seed N     the same seed gives the same world (default 1)
  --keep       leave everything running, to query it
  --stop       end what a kept demo left running, and do nothing else
  --json       print the result as one JSON object; everything else goes to stderr
  --help       this text

Exit codes: 0 all events accounted for, 1 something missing, counted twice or different, 2 usage, 3 the stack could not be started.
`

/** @throws TributaryError TRB_USAGE for an option that does not exist or a number that is none. */
export function parseDemoOptions(args: readonly string[]): DemoOptions | 'help' {
  try {
    return readOptions(args)
  } catch (error) {
    const hint = 'npm run demo -- --help lists the options.'
    throw new TributaryError('TRB_USAGE', asError(error).message, { hint, cause: error })
  }
}

function readOptions(args: readonly string[]): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string', default: '100000' },
      people: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
      keep: { type: 'boolean', default: false },
      stop: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    events: whole('events', values.events, 1, 1e9),
    people: whole('people', values.people, 2, 1e7),
    seed: whole('seed', values.seed, 0, 2 ** 31),
    keep: values.keep,
    stop: values.stop,
    json: values.json,
  }
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < min || value > max)
    throw new TypeError(`--${name} takes a whole number from ${min} to ${max}, not ${text}`)
  return value
}
