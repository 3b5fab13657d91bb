import { resolve } from 'node:path'
import { choosePorts, type WantedPorts } from './choose-ports.ts'
import { createDockerRunner } from './docker-runner.ts'
import { withLock } from './lock.ts'
import { type Component, components } from './paths.ts'
import { createProcessRunner } from './process-runner.ts'
import { type StackProgress, silent } from './progress.ts'
import { registryUrl } from './registry.ts'
import type { Runner } from './runner.ts'
import { type KafkaWay, readState, type StackState, writeState } from './state.ts'
import { chooseEngine } from './toolchain.ts'

export interface StackAddresses {
  readonly kafka: { readonly brokers: readonly string[] }
  /** Base of Confluent's API, as schema registry clients want it. */
  readonly registry: { readonly url: string }
  readonly clickhouse: { readonly url: string; readonly database: string }
}

export interface StackStatus extends StackAddresses {
  readonly dir: string
  /** Null for a component that does not run. */
  readonly pids: Readonly<Record<Component, number | null>>
}

/** The environment that the components' processes inherit: PATH, HOME, proxies. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface LocalStackOptions {
  /** Holds data, logs, pid files and the ports; one stack per directory. */
  readonly dir: string
  readonly ports?: WantedPorts
  readonly database?: string
  /** For chaos; the Docker engine has none. */
  readonly kafkaWay?: KafkaWay
  /** Drop all data of an earlier run. */
  readonly fresh?: boolean
  readonly progress?: StackProgress
  readonly environment: Environment
}

/** A stack that runs, with the handles that chaos tests pull. */
export interface RunningStack extends StackStatus {
  stop(): Promise<void>
  /** Sends the signal (default KILL) and returns when the component is gone. */
  kill(component: Component, name?: NodeJS.Signals): Promise<void>
  pause(component: Component): void
  resume(component: Component): void
  /** Stops the component if it runs, and returns when it serves again, on the same port and data. */
  restart(component: Component): Promise<void>
}

/** Brings every component up that is not; a second call on the same directory changes nothing. */
export async function startLocalStack(options: LocalStackOptions): Promise<RunningStack> {
  const dir = resolve(options.dir)
  const { environment } = options
  const state = await withLock(dir, async () => {
    const known = readState(dir)
    if (known !== null && options.fresh === true) {
      const before = runnerOf(dir, known, environment)
      await before.down()
      await before.drop()
    }
    const settled = await settle(dir, known, options)
    await runnerOf(dir, settled, environment).up(options.progress ?? silent)
    return settled
  })
  const runner = runnerOf(dir, state, environment)
  return {
    dir,
    ...addresses(state),
    pids: runner.pids(),
    stop: async () => {
      await stopLocalStack(dir, environment)
    },
    kill: (component, name = 'SIGKILL') => runner.kill(component, name),
    pause: (component) => {
      runner.pause(component)
    },
    resume: (component) => {
      runner.resume(component)
    },
    restart: (component) => runner.restart(component),
  }
}

/** Stops what `startLocalStack` started in this directory; says which components were running. */
export async function stopLocalStack(
  directory: string,
  environment: Environment,
): Promise<Component[]> {
  const dir = resolve(directory)
  const state = readState(dir)
  if (state === null) return []
  return withLock(dir, () => runnerOf(dir, state, environment).down())
}

/** Addresses and pids of a directory's stack; null if none was ever started there. */
export function localStackStatus(directory: string, environment: Environment): StackStatus | null {
  const dir = resolve(directory)
  const state = readState(dir)
  if (state === null) return null
  return { dir, ...addresses(state), pids: runnerOf(dir, state, environment).pids() }
}

async function settle(
  dir: string,
  known: StackState | null,
  options: LocalStackOptions,
): Promise<StackState> {
  const engine = chooseEngine()
  const pids = known === null ? null : runnerOf(dir, known, options.environment).pids()
  const up = components.filter((component) => pids !== null && pids[component] !== null)
  const state = {
    engine,
    ports: await choosePorts(known?.ports ?? null, options.ports ?? {}, up),
    database: options.database ?? known?.database ?? 'tributary',
    kafkaWay: options.kafkaWay ?? known?.kafkaWay ?? null,
  }
  writeState(dir, state)
  return state
}

function runnerOf(dir: string, state: StackState, environment: Environment): Runner {
  const entries = Object.entries(environment)
  const present = entries.filter((entry): entry is [string, string] => entry[1] !== undefined)
  const create = state.engine === 'docker' ? createDockerRunner : createProcessRunner
  return create(dir, state, Object.fromEntries(present))
}

function addresses(state: StackState): StackAddresses {
  return {
    kafka: { brokers: [`127.0.0.1:${state.ports.kafka}`] },
    registry: { url: registryUrl(state.ports.registry) },
    clickhouse: {
      url: `http://127.0.0.1:${state.ports.clickhouse}`,
      database: state.database,
    },
  }
}
