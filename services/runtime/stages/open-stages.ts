import type { Boot } from '../boot/boot.ts'
import type { Admin } from '../kafka/ports.ts'
import { openTracing } from '../tracing/index.ts'
import type { SeeingConfig } from './config.ts'
import { createHotBook } from './hot-book.ts'
import { lookAtBrokers } from './look-at-brokers.ts'
import { createHealthWriter, startReporter } from './reporter.ts'
import { createStageBook } from './stage-book.ts'
import { showStages } from './stage-metrics.ts'
import { stageRows } from './stage-rows.ts'
import { createStageWatch, type StageWatch } from './watch.ts'

export interface StagesOptions {
  readonly service: string
  readonly admin: Pick<Admin, 'offsets' | 'committed' | 'peek'>
  /** The group that reads a topic here, where its committed offset is the position; null: positions are known. */
  groupOf(topic: string): string | null
}

type SeeingBoot = Pick<
  Boot<SeeingConfig & { readonly logLevel: unknown }>,
  'config' | 'log' | 'metrics' | 'clock' | 'lifecycle'
>

/** Lets a service be seen: lag per stage in metrics and in pipeline_health, times of steps, hot keys, traces. To be opened before its consumers. */
export async function openStages(boot: SeeingBoot, options: StagesOptions): Promise<StageWatch> {
  const { config, log, metrics, clock, lifecycle } = boot
  const tracing = await lifecycle.use(
    'traces',
    async () => openTracing(options.service, config),
    async (part) => part?.close(),
  )
  const book = createStageBook()
  const hot = createHotBook()
  const now = (): number => clock.now()
  // A process may start its parts anew, for another generation say: nothing of the old ones may stay.
  await lifecycle.use(
    'stage metrics',
    async () => Promise.resolve(showStages(metrics, { book, hot, now })),
    async (hide) => {
      hide()
      return Promise.resolve()
    },
  )
  const url = config.clickhouseUrl
  const writer =
    url === null
      ? null
      : await lifecycle.use(
          'health rows',
          async () =>
            Promise.resolve(
              createHealthWriter({
                url,
                database: config.clickhouseDatabase,
                username: config.clickhouseUser,
                password: config.clickhousePassword,
              }),
            ),
          async (part) => part.close(),
        )
  await lifecycle.use(
    'reports',
    async () =>
      Promise.resolve(
        startReporter({
          intervalMs: config.healthIntervalMs,
          clock,
          log,
          metrics,
          look: async () => lookAtBrokers(options.admin, book, (topic) => options.groupOf(topic)),
          rows: () => stageRows(book.report(now()), hot, now()),
          write: writer === null ? null : async (rows) => writer.write(rows),
        }),
      ),
    async (part) => part.stop(),
  )
  return createStageWatch({ book, hot, metrics, tracing, log, now })
}
