import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { download } from './downloads.ts'
import { type Component, componentPaths } from './paths.ts'
import { untilReady } from './probes.ts'
import { type ProcessIdentity, signal } from './process-identity.ts'
import { type StackProgress, silent } from './progress.ts'
import type { Runner } from './runner.ts'
import type { StackState } from './state.ts'
import { gone, launch, running, terminate } from './supervise.ts'
import { type WiringContext, wiring } from './wiring.ts'

/** Milliseconds from TERM to KILL: Kafka flushes its logs, ClickHouse ends its statements. */
const graceMs = 15_000

/** Kafka and the registry on this machine's Java, ClickHouse embedded: no Docker. */
export function createProcessRunner(
  dir: string,
  state: StackState,
  environment: Readonly<Record<string, string>>,
): Runner {
  const pidFile = (component: Component): string => componentPaths(dir, component).pidFile
  const pid = (component: Component): number | null => running(pidFile(component))?.pid ?? null
  const send = (component: Component, name: NodeJS.Signals): ProcessIdentity | null => {
    const identity = running(pidFile(component))
    if (identity !== null) signal(identity, name)
    return identity
  }
  const stop = async (component: Component): Promise<Component[]> =>
    (await terminate(pidFile(component), graceMs)) ? [component] : []
  const context = async (progress: StackProgress): Promise<WiringContext> => ({
    dir,
    state,
    downloads: await download(progress),
    environment,
  })
  return {
    up: async (progress) => {
      const ready = await context(progress)
      // The registry keeps its schemas in Kafka and waits for it; ClickHouse needs neither.
      await Promise.all([
        start(ready, 'kafka', progress).then(() => start(ready, 'registry', progress)),
        start(ready, 'clickhouse', progress),
      ])
    },
    down: async () => {
      // In reverse order of need: the registry talks to Kafka until it ends.
      const [first, second] = await Promise.all([
        stop('registry').then(async (registry) => [...registry, ...(await stop('kafka'))]),
        stop('clickhouse'),
      ])
      return [...first, ...second]
    },
    drop: () => {
      for (const name of ['data', 'log']) rmSync(join(dir, name), { recursive: true, force: true })
      return Promise.resolve()
    },
    pids: () => ({
      kafka: pid('kafka'),
      registry: pid('registry'),
      clickhouse: pid('clickhouse'),
    }),
    kill: async (component, name) => {
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
      await stop(component)
      await start(await context(silent), component, silent)
    },
  }
}

async function start(
  context: WiringContext,
  component: Component,
  progress: StackProgress,
): Promise<void> {
  const { title, prepare, probe } = wiring[component]
  const { pidFile, logFile } = componentPaths(context.dir, component)
  const already = running(pidFile)
  if (already === null) progress.begin(component, `Starting ${title}`)
  const identity = already ?? launch(await prepare(context))
  await untilReady({
    name: title,
    probe: probe(context.state),
    identity,
    logFile,
    timeoutMs: 60_000,
  })
  if (already === null) progress.done(component, `${title} is ready`)
}
