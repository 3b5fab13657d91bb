import { resolve } from 'node:path'
import { StackError, type StackErrorCode } from './errors.ts'
import {
  type LocalStackOptions,
  localStackStatus,
  type StackStatus,
  startLocalStack,
  stopLocalStack,
} from './local-stack.ts'
import { components, defaultStackDirectory } from './paths.ts'
import { progressOn } from './progress.ts'
import { chooseEngine } from './toolchain.ts'

const usage = `Runs Kafka, a schema registry and ClickHouse on this machine, without Docker.

  npm run stack -- up      start what is not running yet; keeps ports and data of the last time
  npm run stack -- down    stop what 'up' started
  npm run stack -- status  show addresses and processes; exit 1 if not everything runs
  npm run stack -- check   say what this machine lacks to run it; exit 3 if anything

  --dir DIR                the stack's directory (default .tributary/stack in this checkout)
  --kafka-port N, --registry-port N, --clickhouse-port N
                           loopback ports (default: free ones, remembered in the directory)
  --database NAME          ClickHouse database to create (default tributary)
  --fresh                  with up: drop all data first
  --json                   print the addresses as one JSON object on stdout
`

interface Arguments {
  readonly positionals: readonly string[]
  readonly values: {
    readonly dir?: string | undefined
    readonly json: boolean
    readonly fresh: boolean
    readonly help: boolean
    readonly database?: string | undefined
    readonly 'kafka-port'?: string | undefined
    readonly 'registry-port'?: string | undefined
    readonly 'clickhouse-port'?: string | undefined
  }
}

/** The parts of `process` that the command touches. */
export interface Terminal {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Returns the exit code: 0 fine, 1 not everything runs, 2 usage, 3 something needed is missing. */
export async function runStackCommand(read: () => Arguments, terminal: Terminal): Promise<number> {
  let json = false
  try {
    const { positionals, values } = parse(read)
    json = values.json
    const [command] = positionals
    if (values.help || command === undefined) {
      terminal.stdout.write(usage)
      return values.help ? 0 : 2
    }
    const dir = resolve(values.dir ?? defaultStackDirectory)
    switch (command) {
      case 'up':
        return await up(startOptions(dir, values, terminal), json, terminal)
      case 'down':
        return await down(dir, json, terminal)
      case 'check':
        chooseEngine()
        return 0
      case 'status':
        return report(localStackStatus(dir, terminal.env), dir, json, terminal)
      default:
        throw new StackError('usage', `Unknown command '${command}'.`, 'Try --help.')
    }
  } catch (error) {
    return fail(error, json, terminal)
  }
}

function parse(read: () => Arguments): Arguments {
  try {
    return read()
  } catch (error) {
    throw new StackError('usage', error instanceof Error ? error.message : String(error))
  }
}

async function up(options: LocalStackOptions, json: boolean, terminal: Terminal): Promise<number> {
  const progress = progressOn(terminal.stderr)
  try {
    const stack = await startLocalStack({ ...options, progress })
    progress.stop()
    return report(stack, stack.dir, json, terminal)
  } finally {
    progress.stop()
  }
}

async function down(dir: string, json: boolean, terminal: Terminal): Promise<number> {
  const stopped = await stopLocalStack(dir, terminal.env)
  if (json) terminal.stdout.write(`${JSON.stringify({ dir, stopped })}\n`)
  else terminal.stderr.write(stopped.length === 0 ? 'Nothing was running.\n' : 'Stopped.\n')
  return 0
}

function report(
  status: StackStatus | null,
  dir: string,
  json: boolean,
  terminal: Terminal,
): number {
  if (status === null) {
    if (json) terminal.stdout.write(`${JSON.stringify({ dir, pids: null })}\n`)
    else terminal.stderr.write(`No stack in ${dir}.\n`)
    return 1
  }
  const { clickhouse, kafka, pids, registry } = status
  if (json) {
    terminal.stdout.write(
      `${JSON.stringify({ clickhouse, dir: status.dir, kafka, pids, registry })}\n`,
    )
  } else {
    terminal.stdout.write(
      [
        `Kafka       ${kafka.brokers.join(',')}  (${pidText(pids.kafka)})`,
        `Registry    ${registry.url}  (${pidText(pids.registry)})`,
        `ClickHouse  ${clickhouse.url}  database ${clickhouse.database}  (${pidText(pids.clickhouse)})`,
        `Directory   ${status.dir}`,
        '',
      ].join('\n'),
    )
  }
  return components.every((component) => pids[component] !== null) ? 0 : 1
}

function pidText(pid: number | null): string {
  return pid === null ? 'not running' : `pid ${pid}`
}

function startOptions(
  dir: string,
  values: Arguments['values'],
  terminal: Terminal,
): LocalStackOptions {
  const kafka = portOf('kafka', values['kafka-port'])
  const registry = portOf('registry', values['registry-port'])
  const clickhouse = portOf('clickhouse', values['clickhouse-port'])
  return {
    dir,
    fresh: values.fresh,
    environment: terminal.env,
    ...(values.database === undefined ? {} : { database: databaseOf(values.database) }),
    ports: {
      ...(kafka === null ? {} : { kafka }),
      ...(registry === null ? {} : { registry }),
      ...(clickhouse === null ? {} : { clickhouse }),
    },
  }
}

function portOf(name: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new StackError('usage', `--${name}-port must be a port from 1 to 65535, not '${text}'.`)
}

function databaseOf(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name
  throw new StackError('usage', `--database must be a plain name, not '${name}'.`)
}

const exitCodes = {
  usage: 2,
  port_taken: 2,
  toolchain_missing: 3,
  download_failed: 3,
  start_failed: 3,
  busy: 3,
} as const satisfies Record<StackErrorCode, number>

function fail(error: unknown, json: boolean, terminal: Terminal): number {
  if (!(error instanceof StackError)) throw error
  const { code, message, hint } = error
  if (json) terminal.stderr.write(`${JSON.stringify({ error: { code, hint, message } })}\n`)
  else terminal.stderr.write(hint === null ? `${message}\n` : `${message}\n${hint}\n`)
  return exitCodes[code]
}
