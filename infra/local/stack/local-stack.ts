import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { choosePorts, type WantedPorts } from './choose-ports.ts'
import { download } from './downloads.ts'
import { withLock } from './lock.ts'
import { type Component, componentPaths, components } from './paths.ts'
import { untilReady } from './probes.ts'
import { signal } from './process-identity.ts'
import { type StackProgress, silent } from './progress.ts'
import { registryUrl } from './registry.ts'
import { readState, type StackState, writeState } from './state.ts'
import { gone, launch, running, terminate } from './supervise.ts'
import { requireTools } from './toolchain.ts'
import { type WiringContext, wiring } from './wiring.ts'

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

export interface LocalStackOptions {
  /** Holds data, logs, pid files and the ports; one stack per directory. */
  readonly dir: string
  readonly ports?: WantedPorts
  readonly database?: string
  /** Drop all data of an earlier run. */
  readonly fresh?: boolean
  readonly progress?: StackProgress
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** A stack that runs, with the handles that chaos tests pull. */
export interface RunningStack extends StackStatus {
  stop(): Promise<void>
  /** Sends the signal and returns when the process is gone. */
  kill(component: Component, name?: NodeJS.Signals): Promise<void>
  pause(component: Component): void
  resume(component: Component): void
  /** Stops the component if it runs, and returns when it serves again, on the same port and data. */
  restart(component: Component): Promise<void>
}

/** Milliseconds from TERM to KILL: Kafka flushes its logs, ClickHouse ends its statements. */
const graceMs = 15_000

/** Brings every component up that is not; a second call on the same directory changes nothing. */
export async function startLocalStack(options: LocalStackOptions): Promise<RunningStack> {
  const dir = resolve(options.dir)
  const context = await withLock(dir, async () => {
    if (options.fresh === true) await drop(dir)
    const progress = options.progress ?? silent
    requireTools()
    const downloads = await download(progress)
    const state = await settle(dir, options)
    const started: Context = {
      dir,
      state,
      downloads,
      progress,
      environment: cleaned(options.environment),
    }
    // Kafka is the slowest that others wait for; ClickHouse needs neither.
    await Promise.all([
      start(started, 'kafka').then(() => start(started, 'registry')),
      start(started, 'clickhouse'),
    ])
    return started
  })
  return handleOf(context)
}

/** Stops what `startLocalStack` started in this directory; says which components were running. */
export async function stopLocalStack(directory: string): Promise<Component[]> {
  const dir = resolve(directory)
  if (readState(dir) === null) return []
  return withLock(dir, () => stopAll(dir))
}

/** Addresses and pids of a directory's stack; null if none was ever started there. */
export function localStackStatus(directory: string): StackStatus | null {
  const dir = resolve(directory)
  const state = readState(dir)
  if (state === null) return null
  const pid = (component: Component): number | null =>
    running(componentPaths(dir, component).pidFile)?.pid ?? null
  return {
    dir,
    ...addresses(state),
    pids: { kafka: pid('kafka'), registry: pid('registry'), clickhouse: pid('clickhouse') },
  }
}

interface Context extends WiringContext {
  readonly progress: StackProgress
}

async function settle(dir: string, options: LocalStackOptions): Promise<StackState> {
  const known = readState(dir)
  const up = components.filter((name) => running(componentPaths(dir, name).pidFile) !== null)
  const state = {
    ports: await choosePorts(known?.ports ?? null, options.ports ?? {}, up),
    database: options.database ?? known?.database ?? 'tributary',
  }
  writeState(dir, state)
  return state
}

async function start(context: Context, component: Component): Promise<void> {
  const { pidFile, logFile } = componentPaths(context.dir, component)
  const already = running(pidFile)
  if (already === null) context.progress.begin(component, `Starting ${wiring[component].title}`)
  const identity = already ?? launch(await wiring[component].prepare(context))
  await untilReady({
    name: wiring[component].title,
    probe: wiring[component].probe(context.state),
    identity,
    logFile,
    timeoutMs: 60_000,
  })
  if (already === null) context.progress.done(component, `${wiring[component].title} is ready`)
}

function handleOf(context: Context): RunningStack {
  const { dir } = context
  const status = localStackStatus(dir)
  if (status === null) throw new Error(`no state in ${dir}`)
  const send = (component: Component, name: NodeJS.Signals) => {
    const identity = running(componentPaths(dir, component).pidFile)
    if (identity !== null) signal(identity, name)
    return identity
  }
  return {
    ...status,
    stop: async () => {
      await stopLocalStack(dir)
    },
    kill: async (component, name = 'SIGKILL') => {
      const identity = send(component, name)
      if (identity !== null) await gone(identity, graceMs)
    },
    pause: (component) => {
      send(component, 'SIGSTOP')
    },
    resume: (component) => {
      send(component, 'SIGCONT')
    },
    restart: async (component) => {
      await terminate(componentPaths(dir, component).pidFile, graceMs)
      await start(context, component)
    },
  }
}

/** In reverse order of need: the registry reads from Kafka until it ends. */
async function stopAll(dir: string): Promise<Component[]> {
  const stop = async (component: Component): Promise<Component[]> =>
    (await terminate(componentPaths(dir, component).pidFile, graceMs)) ? [component] : []
  const [first, second] = await Promise.all([
    stop('registry').then(async (registry) => [...registry, ...(await stop('kafka'))]),
    stop('clickhouse'),
  ])
  return [...first, ...second]
}

async function drop(dir: string): Promise<void> {
  await stopAll(dir)
  for (const name of ['data', 'log']) rmSync(join(dir, name), { recursive: true, force: true })
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

function cleaned(environment: LocalStackOptions['environment']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )
}
