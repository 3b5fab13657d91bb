import { type ClickHouse, createClickHouse } from '#runtime/clickhouse/index.ts'
import type { MigrateOptions } from '#runtime/clickhouse/migrate.ts'
import {
  type GenerationsRecord,
  saveGenerations,
  shadowDatabase,
} from '#runtime/generation/index.ts'
import type { Admin, KafkaClient, Producer } from '#runtime/kafka/ports.ts'
import { topicName } from '#schemas/topics.ts'
import {
  readClickHouseConfig,
  readKafkaConfig,
  readStateConfig,
} from '../../shell/configuration.ts'
import { openClickHouse, openKafka } from '../../shell/connections.ts'
import { servingGeneration } from '../../shell/serving-generation.ts'
import type { Terminal } from '../../shell/terminal.ts'

export interface TableOptions {
  readonly cluster: string | null
  readonly replicated: boolean
}

/** What every rebuild command works with. */
export interface RebuildConnections extends AsyncDisposable {
  readonly prefix: string
  readonly replicationFactor: number
  readonly checkpointDir: string | null
  readonly kafka: KafkaClient
  readonly admin: Admin
  readonly producer: Producer
  /** The database that is read. */
  readonly clickhouse: ClickHouse
  readonly tables: Pick<MigrateOptions, 'cluster' | 'engine' | 'now'>
  /** Which generation serves, and what is being built. */
  read(): Promise<GenerationsRecord>
  save(record: GenerationsRecord): Promise<void>
  /** The database that holds, or will hold, the tables of a generation that does not serve. To be closed by whoever opened it. */
  openShadow(generation: number): ClickHouse
  shadowOf(generation: number): string
}

export async function openRebuild(
  terminal: Terminal,
  { cluster, replicated }: TableOptions,
): Promise<RebuildConnections> {
  const { prefix, partitions, replicationFactor } = readKafkaConfig(terminal)
  const { checkpointDir } = readStateConfig(terminal)
  const { clickhouseUrl, clickhouseUser, clickhousePassword } = readClickHouseConfig(terminal)
  await using opening = new AsyncDisposableStack()
  const clickhouse = openClickHouse(terminal)
  opening.defer(async () => clickhouse.close())
  const kafka = openKafka(terminal)
  opening.defer(async () => kafka.close())
  const admin = await kafka.admin()
  opening.defer(async () => admin.close())
  const producer = await kafka.producer()
  opening.defer(async () => producer.close())
  const open = opening.move()
  const shadowOf = (generation: number): string => shadowDatabase(clickhouse.database, generation)
  return {
    prefix,
    replicationFactor,
    checkpointDir,
    kafka,
    admin,
    producer,
    clickhouse,
    tables: {
      cluster,
      engine: replicated ? 'ReplicatedReplacingMergeTree' : 'ReplacingMergeTree',
      now: terminal.now,
    },
    read: async () => (await servingGeneration(kafka, admin, { prefix, partitions })).record,
    save: async (record) =>
      saveGenerations(producer, topicName(prefix, 'pipeline.generations'), record),
    openShadow: (generation) =>
      createClickHouse({
        url: clickhouseUrl,
        database: shadowOf(generation),
        username: clickhouseUser,
        password: clickhousePassword,
      }),
    shadowOf,
    [Symbol.asyncDispose]: async () => open.disposeAsync(),
  }
}
