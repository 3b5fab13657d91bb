import {
  checkMigrated,
  type ClickHouse,
  type CounterRows,
  type CounterRowsDeps,
  createClickHouse,
  createCounterRows,
  createRowSink,
  type RowSink,
  type RowSinkOptions,
} from '../clickhouse/index.ts'
import {
  databaseOf,
  type GenerationRole,
  type JoinedGeneration,
  type OwnGeneration,
} from '../generation/index.ts'
import type { Admin, GroupConsumerOptions, KafkaClient } from '../kafka/ports.ts'
import { waitFor } from '../lifecycle/index.ts'
import type { Boot, CommonConfig } from './boot.ts'
import { type KafkaConfig, kafkaOf } from './clients.ts'
import { joinGenerationOf, watchGenerationOf } from './generation.ts'

/** Tries a step of a start until what it needs answers; `/health` says what is waited for. */
export const patiently = async <T>(
  { log, clock, health, lifecycle }: Pick<Boot<object>, 'log' | 'clock' | 'health' | 'lifecycle'>,
  name: string,
  probe: () => Promise<T>,
): Promise<T> => waitFor(probe, { name, log, clock, health, signal: lifecycle.signal })

type ConsumerConfig = Omit<GroupConsumerOptions, 'groupId' | 'topics'>

/** What consumerVariables say of a consumer. */
export const consumerOptionsOf = (config: ConsumerConfig): ConsumerConfig => ({
  sessionTimeoutMs: config.sessionTimeoutMs,
  heartbeatIntervalMs: config.heartbeatIntervalMs,
  fetchWaitMs: config.fetchWaitMs,
  fetchMinBytes: config.fetchMinBytes,
  fetchMaxBytesPerPartition: config.fetchMaxBytesPerPartition,
})

export interface ConnectKafkaOptions {
  readonly service: string
  readonly role: GenerationRole
  /** The generation that the process was started for; null: whichever serves. */
  readonly pinned: number | null
  /** Creates or checks what the service reads and writes. */
  readonly prepareTopics: (admin: Admin, generation: OwnGeneration) => Promise<void>
}

export interface ConnectedKafka {
  readonly kafka: KafkaClient
  readonly admin: Admin
  readonly joined: JoinedGeneration
}

/** Kafka, the generation to work for, and its topics; when that generation changes, the parts start anew. */
export async function connectKafka(
  boot: Boot<CommonConfig & KafkaConfig & { readonly partitions: number }>,
  { service, role, pinned, prepareTopics }: ConnectKafkaOptions,
): Promise<ConnectedKafka> {
  const { config, lifecycle } = boot
  const kafka = await lifecycle.use(
    'kafka',
    async () => Promise.resolve(kafkaOf(config, service, boot)),
    async (client) => client.close(),
  )
  const admin = await lifecycle.use(
    'admin',
    async () => patiently(boot, 'kafka', async () => kafka.admin()),
    async (part) => part.close(),
  )
  const following = { kafka, admin, role, pinned }
  const joined = await joinGenerationOf(boot, following)
  await patiently(boot, 'topics', async () => prepareTopics(admin, joined.generation))
  await watchGenerationOf(boot, following, joined)
  return { kafka, admin, joined }
}

export interface ClickHouseConfig {
  readonly clickhouseUrl: string
  readonly clickhouseDatabase: string
  readonly clickhouseUser: string
  readonly clickhousePassword: string
}

/** ClickHouse as configured, with another database where it is said. Connects when it is used. */
export const connectClickHouse = async (
  { config, lifecycle }: Pick<Boot<ClickHouseConfig>, 'config' | 'lifecycle'>,
  database = config.clickhouseDatabase,
): Promise<ClickHouse> =>
  lifecycle.use(
    'clickhouse',
    async () =>
      Promise.resolve(
        createClickHouse({
          url: config.clickhouseUrl,
          database,
          username: config.clickhouseUser,
          password: config.clickhousePassword,
        }),
      ),
    async (client) => client.close(),
  )

/** The tables of a generation, and the sink for its rows. */
export async function connectTables(
  boot: Boot<ClickHouseConfig>,
  generation: OwnGeneration,
  options: Pick<RowSinkOptions, 'gatherMs'> = {},
): Promise<{ readonly clickhouse: ClickHouse; readonly sink: RowSink }> {
  const { config, health, lifecycle } = boot
  const clickhouse = await connectClickHouse(
    boot,
    databaseOf(config.clickhouseDatabase, generation),
  )
  await patiently(boot, 'clickhouse', async () => clickhouse.ping())
  const sink = await lifecycle.use(
    'rows',
    async () =>
      Promise.resolve(
        createRowSink(clickhouse, {
          ...options,
          onTrouble: (table, trouble) =>
            health.report(`clickhouse ${table}`, trouble === null ? null : trouble.error.message),
        }),
      ),
    async (part) => part.close(),
  )
  // Flushes in flight wait for ClickHouse for ever; when the process ends they must not.
  lifecycle.hurry.addEventListener('abort', () => void sink.close())
  return { clickhouse, sink }
}

/** What is written before its table is there would be refused for good. */
export const awaitTables = async (
  boot: Parameters<typeof patiently>[0],
  clickhouse: ClickHouse,
): Promise<void> => patiently(boot, 'tables', async () => checkMigrated(clickhouse))

/** Counters are written more often than what processes see of themselves: what they count is looked at when something was just done. */
const counterRowsPerReport = 4

/** Where folds put their counters; what they said last is written before the sink closes. */
export const openCounterRows = async (
  { config, clock, lifecycle, log }: Boot<{ readonly healthIntervalMs: number }>,
  own: Pick<CounterRowsDeps, 'component' | 'generation' | 'sink'>,
): Promise<CounterRows> =>
  lifecycle.use(
    'counters',
    async () =>
      Promise.resolve(
        createCounterRows({
          ...own,
          clock,
          log,
          intervalMs: config.healthIntervalMs / counterRowsPerReport,
        }),
      ),
    async (part) => part.close(),
  )
