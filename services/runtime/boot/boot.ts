import type { Clock, Lifecycle } from '../lifecycle/index.ts'
import type { Health, Logger, LogLevel, MetricsRegistry } from '../telemetry/index.ts'

/** What every service's configuration has (commonVariables). */
export interface CommonConfig {
  readonly logLevel: LogLevel
  readonly httpHost: string
  readonly httpPort: number
  readonly httpPortFile: string | null
}

/** What a service is started with. */
export interface Boot<Config> {
  readonly config: Config
  readonly log: Logger
  readonly health: Health
  readonly metrics: MetricsRegistry
  readonly clock: Clock
  readonly lifecycle: Lifecycle
}
