import { writeFileSync } from 'node:fs'
import { createKafkajsClient } from '#runtime/kafka/kafkajs/client.ts'
import type { Admin, KafkaClient } from '#runtime/kafka/ports.ts'
import { createLogger } from '#runtime/telemetry/logger.ts'
import { groupName, prefixed, topicName } from '#schemas/topics.ts'
import type { StackAddresses } from '../../../infra/local/stack/local-stack.ts'
import { worldTopics } from '../ledger.ts'
import type { Reading } from './converge.ts'
import { checkout, type DemoDirectory, demoFile } from './directory.ts'

/** The variables that every process of the demo gets: the stack's addresses, and names of the demo's own. */
export function demoEnvironment(
  stack: StackAddresses,
  directory: DemoDirectory,
  run: string,
  inherited: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    ...inherited,
    TRIBUTARY_MODE: 'local',
    TRIBUTARY_PREFIX: `demo-${run}`,
    TRIBUTARY_KEY_FILE: directory.keyFile,
    TRIBUTARY_PIPELINE: `${checkout}/infra/pipeline.yaml`,
    KAFKA_BROKERS: stack.kafka.brokers.join(','),
    REGISTRY_URL: stack.registry.url,
    CLICKHOUSE_URL: stack.clickhouse.url,
    CLICKHOUSE_DATABASE: `demo_${run}`,
  }
}

/** Says where the demo is, for `tributary profile show` and the like. */
export function writeDemoFile(environment: Readonly<Record<string, string>>): void {
  const of = (name: string): string | null => environment[name] ?? null
  const where = {
    kafkaBrokers: of('KAFKA_BROKERS'),
    registryUrl: of('REGISTRY_URL'),
    clickhouseUrl: of('CLICKHOUSE_URL'),
    database: of('CLICKHOUSE_DATABASE'),
    prefix: of('TRIBUTARY_PREFIX'),
    keyFile: of('TRIBUTARY_KEY_FILE'),
  }
  writeFileSync(demoFile, `${JSON.stringify(where, null, 2)}\n`)
}

export function openKafka(environment: Readonly<Record<string, string>>): KafkaClient {
  const brokers = (environment['KAFKA_BROKERS'] ?? '').split(',')
  return createKafkajsClient(
    { brokers, clientId: 'tributary-demo' },
    createLogger({ service: 'demo', level: 'error' }),
  )
}

export const worldTopicName = (prefix: string, topic: string): string => prefixed(prefix, topic)

const sourcePartitions = 4

/** The company's own topics: the demo plays the company. */
export async function createWorldTopics(admin: Admin, prefix: string): Promise<void> {
  const existing = new Set(await admin.listTopics())
  const wanted = worldTopics
    .map((topic) => worldTopicName(prefix, topic))
    .filter((topic) => !existing.has(topic))
  await admin.createTopics(
    wanted.map((topic) => ({
      topic,
      partitions: sourcePartitions,
      replicationFactor: 1,
      config: { 'message.timestamp.type': 'LogAppendTime' },
    })),
  )
}

/**
 * Everything that has to be read to its end before the demo may say that it has converged, while `generation` of profile.log serves.
 */
export function readings(prefix: string, generation = 0): readonly Reading[] {
  const of = (channel: string): string[] =>
    worldTopics
      .filter((topic) => topic.startsWith(`channel.${channel}`))
      .map((topic) => worldTopicName(prefix, topic))
  return [
    ...['email', 'web', 'crm'].map((channel) => ({
      group: groupName(prefix, channel),
      topics: of(channel),
    })),
    {
      group: groupName(prefix, 'identity', generation),
      topics: [topicName(prefix, 'identity.links', generation)],
    },
    {
      group: groupName(prefix, 'profiles', generation),
      topics: [topicName(prefix, 'profile.log', generation)],
    },
    { group: groupName(prefix, 'dead-letters'), topics: [topicName(prefix, 'deadletter')] },
  ]
}
