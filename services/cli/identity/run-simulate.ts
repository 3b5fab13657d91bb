import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { identityPolicy } from '#runtime/definition/identity-policy.ts'
import { asError, TributaryError } from '#runtime/errors/index.ts'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { readOfflineEvents } from './offline-event.ts'
import { readIdentityPart } from './read-policy.ts'
import { refuseSlowPatterns } from './refuse-slow-patterns.ts'
import { describeSimulation } from './describe-simulation.ts'
import { simulate } from './simulate.ts'

export interface SimulateOptions {
  /** JSON lines in the offline form; `-` is stdin. */
  readonly input: string
  /** A pipeline file, or only its identity part; without it the shipped one. */
  readonly policy?: string | undefined
  readonly json?: boolean | undefined
}

/** `tributary identity simulate`: needs neither Kafka nor a key. */
export async function runIdentitySimulate(
  terminal: Terminal,
  options: SimulateOptions,
): Promise<ExitStatus> {
  const file =
    options.policy === undefined
      ? join(terminal.checkout, 'infra', 'pipeline.yaml')
      : resolve(terminal, options.policy)
  const identity = await readIdentityPart(file)
  refuseSlowPatterns(file, identity, null)
  const policy = identityPolicy(identity)
  const input = await openInput(terminal, options.input)
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  const events = readOfflineEvents(options.input, lines, new Set(policy.types.keys()))
  const simulation = await simulate(events, policy, createScreen({ identity }))
  terminal.stdout.write(options.json ? toJsonLine(simulation) : describeSimulation(simulation))
  return 0
}

const resolve = ({ cwd }: Terminal, file: string): string =>
  isAbsolute(file) ? file : join(cwd, file)

/** A file, or stdin for `-`. @throws TributaryError `TRB_USAGE` when it can not be read. */
export async function openInput(terminal: Terminal, file: string): Promise<Readable> {
  if (file === '-') return terminal.stdin
  const path = resolve(terminal, file)
  try {
    await access(path)
  } catch (error) {
    throw new TributaryError('TRB_USAGE', `${file} cannot be read: ${asError(error).message}`, {
      hint: 'Give a file of JSON lines, or - for stdin.',
    })
  }
  return createReadStream(path, 'utf8')
}
