import { join } from 'node:path'
import { prefixed } from '#schemas/topics.ts'
import { createKafkajsClient } from '../kafka/kafkajs/client.ts'
import type { KafkaClient } from '../kafka/ports.ts'
import { watchKafka } from '../kafka/watch.ts'
import {
  createRegistryClient,
  createRegistryDecoder,
  createSchemaFile,
  type RegistryClient,
  type RegistryDecoder,
  type RegistrySettings,
  type SchemaStore,
} from '../registry/index.ts'
import type { Boot } from './boot.ts'

export interface KafkaConfig {
  readonly prefix: string
  readonly kafkaBrokers: readonly string[]
  readonly kafkaTls: boolean
  readonly kafkaUsername: string | null
  readonly kafkaPassword: string | null
}

/** The Kafka client of a service, from kafkaVariables and commonVariables. Close it last. */
export function kafkaOf(
  config: KafkaConfig,
  service: string,
  {
    log,
    health,
    metrics,
    lifecycle,
  }: Pick<Boot<object>, 'log' | 'health' | 'metrics' | 'lifecycle'>,
): KafkaClient {
  const { kafkaUsername, kafkaPassword } = config
  return createKafkajsClient(
    {
      brokers: config.kafkaBrokers,
      clientId: prefixed(config.prefix, `tributary-${service}`),
      tls: config.kafkaTls,
      credentials:
        kafkaUsername === null || kafkaPassword === null
          ? null
          : { username: kafkaUsername, password: kafkaPassword },
      watch: watchKafka({ health, metrics }),
      giveUp: lifecycle.hurry,
    },
    log,
  )
}

/** Asks the brokers for anything: a probe for waitFor. @throws TributaryError TRB_KAFKA_UNAVAILABLE. */
export async function pingKafka(kafka: KafkaClient): Promise<void> {
  const admin = await kafka.admin()
  try {
    await admin.listTopics()
  } finally {
    await admin.close()
  }
}

export interface RegistryConfig {
  readonly registryUrl: string
  readonly registryUsername: string | null
  readonly registryPassword: string | null
}

/** The registry of a service, from registryVariables. */
export function registryOf(
  config: RegistryConfig,
  options: Pick<RegistrySettings, 'timeoutMs'> = {},
): RegistryClient {
  const { registryUrl, registryUsername, registryPassword } = config
  return createRegistryClient({
    url: registryUrl,
    credentials:
      registryUsername === null || registryPassword === null
        ? null
        : { username: registryUsername, password: registryPassword },
    ...options,
  })
}

/** Longer than a registry takes from its first answer until it has read all of its storage. */
const confirmDenialsMs = 20_000

/** Where schemas are remembered beyond the process. */
export const schemaFileOf = (config: RegistryConfig & { readonly stateDir: string }): SchemaStore =>
  createSchemaFile(join(config.stateDir, 'schemas.json'), config.registryUrl)

export const decoderOf = (client: RegistryClient, store: SchemaStore): RegistryDecoder =>
  createRegistryDecoder({
    client,
    store,
    // A clock that only goes forward: set back by an hour, a partition would wait so long for an id to be believed.
    now: () => performance.now(),
    confirmDenialsMs,
  })
