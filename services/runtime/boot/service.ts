import type { ServiceConfig } from '../config/index.ts'
import { asError, exitCodeOf, toErrorJson } from '../errors/index.ts'
import { type Clock, type Lifecycle, systemClock } from '../lifecycle/index.ts'
import {
  createHealth,
  createLogger,
  createMetrics,
  type Logger,
  showHealth,
  startTelemetryServer,
} from '../telemetry/index.ts'
import type { Boot, CommonConfig } from './boot.ts'
import { allocateYoung, countBuffersAsHeap } from './heap.ts'
import { runRounds, type Signals } from './rounds.ts'

/** The part of Node's `process` that a boot needs. */
export interface ProcessPort {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
  on(
    event: 'uncaughtException' | 'unhandledRejection',
    listener: (thrown: unknown) => void,
  ): unknown
  exit(code: number): void
}

export interface BootOptions<Config> {
  readonly service: string
  readonly config: ServiceConfig<Config>
  readonly process: ProcessPort
  /** Default: the system's. */
  readonly clock?: Clock
}

/**
 * Runs a service: `--check-config` and `--help` answer and leave; otherwise health and metrics are served, `start` wires the
 * parts through `lifecycle.use`, and the process ends in order on SIGTERM, SIGINT or a fatal error (exit code of the error). When a part
 * asks for a restart, or a dependency went away while the parts started, all parts end in order and `start` is called again.
 */
export async function bootService<Config extends CommonConfig>(
  options: BootOptions<Config>,
  start: (boot: Boot<Config>) => Promise<void>,
): Promise<void> {
  const { service, process } = options
  if (answerQuestions(options)) return
  countBuffersAsHeap()
  allocateYoung()
  let config: Config
  try {
    config = options.config.parse(process.env)
  } catch (error) {
    process.stderr.write(`${JSON.stringify(toErrorJson(error))}\n`)
    process.exit(exitCodeOf(error))
    return
  }
  const log = createLogger({ service, level: config.logLevel })
  for (const slip of options.config.slips(process.env)) log.warn({}, slip)
  const health = createHealth()
  const metrics = createMetrics(service, { process: true })
  showHealth(metrics, health)
  const { clock = systemClock } = options
  const signals = listen(process, log, clock)
  const failure = await serving({ config, log, health, metrics }, async () =>
    runRounds({ config, log, health, metrics, clock, signals }, start),
  )
  if (failure === undefined) {
    log.info({}, 'stopped')
  } else {
    const { code, hint } = toErrorJson(failure).error
    log.error({ err: failure, code, hint }, `ended: ${failure.message}`)
  }
  process.exit(failure === undefined ? 0 : exitCodeOf(failure))
}

/** Serves health and metrics while `work` lasts, however often the parts start anew in it. */
async function serving(
  { config, ...served }: Pick<Boot<CommonConfig>, 'config' | 'log' | 'health' | 'metrics'>,
  work: () => Promise<Error | undefined>,
): Promise<Error | undefined> {
  const { httpHost: host, httpPort: port, httpPortFile: portFile } = config
  try {
    const server = await startTelemetryServer({ host, port, portFile, ...served })
    const failure = await work()
    await server.close()
    return failure
  } catch (error) {
    return asError(error)
  }
}

/** True when the command line only asked for something. */
function answerQuestions<Config>({ config, process, service }: BootOptions<Config>): boolean {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${service}: configured by the environment.\n\n${config.table()}\n`)
    process.exit(0)
    return true
  }
  if (!process.argv.includes('--check-config')) return false
  const problems = config.check(process.env)
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  if (problems.length === 0) process.stdout.write('configuration ok\n')
  process.exit(problems.length === 0 ? 0 : 2)
  return true
}

/** Whoever stops a group of processes reaches this one twice: npm passes on what the terminal or systemd sent to both. */
const sameRequestMs = 1000

function listen(process: ProcessPort, log: Logger, clock: Clock): Signals {
  let asked: string | null = null
  let askedAt = clock.now()
  let current: Lifecycle | null = null
  const leaving = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked !== null) {
        if (clock.now() - askedAt < sameRequestMs) return
        log.warn({ signal }, 'asked twice: leaving at once')
        process.exit(1)
        return
      }
      asked = signal
      askedAt = clock.now()
      leaving.abort()
      current?.requestStop(signal)
    })
  }
  const unexpected = (thrown: unknown): void => {
    const error = asError(thrown)
    log.error({ err: error }, `uncaught: ${error.message}`)
    current?.fail(error)
  }
  process.on('uncaughtException', unexpected)
  process.on('unhandledRejection', unexpected)
  return {
    follow(lifecycle) {
      current = lifecycle
      if (asked !== null) lifecycle.requestStop(asked)
    },
    asked: leaving.signal,
  }
}
