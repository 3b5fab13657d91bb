import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { createKafkajsClient } from '#runtime/kafka/kafkajs/client.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { topicName, topicSettings, topicSpec } from '#schemas/topics.ts'
import { createTestDatabase } from '../clickhouse/database.ts'

const names = [
  'profile.log',
  'identity.links',
  'pipeline.definitions',
  'pipeline.generations',
] as const

/** A prefix and a database of its own on the stack under test, as the command line sees them. */
export interface TestInstallation {
  readonly clickhouse: ClickHouse
  readonly kafka: KafkaClient
  readonly prefix: string
  readonly env: Readonly<Record<string, string>>
  createTopics(partitions: number): Promise<void>
  drop(): Promise<void>
}

export async function createTestInstallation(): Promise<TestInstallation> {
  const prefix = `t${randomBytes(4).toString('hex')}`
  const brokers = inject('stack').kafkaBrokers
  const kafka = createKafkajsClient({ brokers, clientId: prefix }, silentLogger)
  const database = await createTestDatabase()
  const { clickhouse } = database
  let created = false
  return {
    clickhouse,
    kafka,
    prefix,
    env: {
      KAFKA_BROKERS: brokers.join(','),
      CLICKHOUSE_URL: clickhouse.url,
      CLICKHOUSE_DATABASE: clickhouse.database,
      TRIBUTARY_PREFIX: prefix,
      TRIBUTARY_MODE: 'local',
    },
    async createTopics(partitions) {
      created = true
      const admin = await kafka.admin()
      await admin.createTopics(
        names.map((name) => ({
          topic: topicName(prefix, name),
          partitions: name === 'profile.log' ? partitions : 1,
          replicationFactor: 1,
          config: topicSettings(topicSpec(name)),
        })),
      )
      await admin.close()
    },
    async drop() {
      const admin = await kafka.admin()
      if (created) await admin.deleteTopics(names.map((name) => topicName(prefix, name)))
      await admin.close()
      await kafka.close()
      await database.drop()
    },
  }
}
