import type { ServiceConfig } from '../config/index.ts'
import { asError, exitCodeOf, toErrorJson } from '../errors/index.ts'
import { type Clock, createLifecycle, type Lifecycle, systemClock } from '../lifecycle/index.ts'
import {
  createHealth,
  createLogger,
  createMetrics,
  type Health,
  type Logger,
  type LogLevel,
  type MetricsRegistry,
  startTelemetryServer,
} from '../telemetry/index.ts'

/** What every service's configuration has (commonVariables). */
export interface CommonConfig {
  readonly logLevel: LogLevel
  readonly httpHost: string
  readonly httpPort: number
  readonly httpPortFile: string | null
}

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

export interface Boot<Config> {
  readonly config: Config
  readonly log: Logger
  readonly health: Health
  readonly metrics: MetricsRegistry
  readonly clock: Clock
  readonly lifecycle: Lifecycle
}

export interface BootOptions<Config> {
  readonly service: string
  readonly config: ServiceConfig<Config>
  readonly process: ProcessPort
}

/**
 * Runs a service: `--check-config` and `--help` answer and leave; otherwise health and metrics are served, `start` wires the
 * parts through `lifecycle.use`, and the process ends in order on SIGTERM, SIGINT or a fatal error (exit code of the error).
 */
export async function bootService<Config extends CommonConfig>(
  options: BootOptions<Config>,
  start: (boot: Boot<Config>) => Promise<void>,
): Promise<void> {
  const { service, process } = options
  if (answerQuestions(options)) return
  let config: Config
  try {
    config = options.config.parse(process.env)
  } catch (error) {
    process.stderr.write(`${JSON.stringify(toErrorJson(error))}\n`)
    process.exit(exitCodeOf(error))
    return
  }
  const clock = systemClock
  const log = createLogger({ service, level: config.logLevel })
  const health = createHealth()
  const metrics = createMetrics(service, { process: true })
  const lifecycle = createLifecycle({ log, clock })
  listen(process, lifecycle, log)
  try {
    const { httpHost, httpPort, httpPortFile } = config
    await lifecycle.use(
      'telemetry',
      async () =>
        startTelemetryServer({
          host: httpHost,
          port: httpPort,
          portFile: httpPortFile,
          health,
          metrics,
          log,
        }),
      async (server) => server.close(),
    )
    await start({ config, log, health, metrics, clock, lifecycle })
    health.setPhase('running')
    log.info({}, 'running')
  } catch (error) {
    // An end that was asked for while starting is no failure.
    if (!lifecycle.signal.aborted) lifecycle.fail(asError(error))
  }
  await lifecycle.ending
  health.setPhase('stopping')
  const failure = await lifecycle.stop()
  if (failure === undefined) {
    log.info({}, 'stopped')
  } else {
    const { code, hint } = toErrorJson(failure).error
    log.error({ err: failure, code, hint }, `ended: ${failure.message}`)
  }
  process.exit(failure === undefined ? 0 : exitCodeOf(failure))
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

function listen(process: ProcessPort, lifecycle: Lifecycle, log: Logger): void {
  let asked = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) {
        log.warn({ signal }, 'asked twice: leaving at once')
        process.exit(1)
        return
      }
      asked = true
      lifecycle.requestStop(signal)
    })
  }
  const unexpected = (thrown: unknown): void => {
    const error = asError(thrown)
    log.error({ err: error }, `uncaught: ${error.message}`)
    lifecycle.fail(error)
  }
  process.on('uncaughtException', unexpected)
  process.on('unhandledRejection', unexpected)
}
