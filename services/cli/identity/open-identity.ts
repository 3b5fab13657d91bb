import type { Admin, KafkaClient } from '#runtime/kafka/ports.ts'
import type { ServingKey } from '#runtime/keys/index.ts'
import { topicName } from '#schemas/topics.ts'
import { readKafkaConfig } from '../shell/configuration.ts'
import { openClickHouse, openKafka } from '../shell/connections.ts'
import { type ServingGeneration, servingGeneration } from '../shell/serving-generation.ts'
import { servingKeyOf } from '../shell/serving-key.ts'
import type { Terminal } from '../shell/terminal.ts'
import { type IdentitySources, type InForce, identityInForce } from './refold/load.ts'

/** What questions and commands about identity work with. */
export interface OpenIdentity extends AsyncDisposable {
  readonly sources: IdentitySources
  readonly inForce: InForce
  readonly serving: ServingGeneration
  readonly kafka: KafkaClient
  readonly admin: Admin
  readonly prefix: string
  /** @throws TributaryError TRB_KEY_MISMATCH, TRB_KEY_INVALID. */
  readonly servingKey: () => Promise<ServingKey>
}

/** @throws TributaryError when ClickHouse or Kafka can't be reached. */
export async function openIdentity(terminal: Terminal): Promise<OpenIdentity> {
  const { prefix, partitions } = readKafkaConfig(terminal)
  await using opening = new AsyncDisposableStack()
  const clickhouse = openClickHouse(terminal)
  opening.defer(async () => clickhouse.close())
  const kafka = openKafka(terminal)
  opening.defer(async () => kafka.close())
  const admin = await kafka.admin()
  opening.defer(async () => admin.close())
  const serving = await servingGeneration(kafka, admin, { prefix, partitions })
  const sources: IdentitySources = {
    clickhouse,
    reader: kafka.reader(),
    definitionsTopic: topicName(prefix, 'pipeline.definitions'),
    generation: serving.generation,
  }
  const inForce = await identityInForce(sources)
  const open = opening.move()
  return {
    sources,
    inForce,
    serving,
    kafka,
    admin,
    prefix,
    servingKey: async () =>
      servingKeyOf(terminal, kafka, admin, { prefix, generation: serving.generation }),
    [Symbol.asyncDispose]: async () => open.disposeAsync(),
  }
}
