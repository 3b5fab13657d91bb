import {
  type ClickHouse,
  type ClickHouseOptions,
  createClickHouse,
} from '#runtime/clickhouse/index.ts'
import { createKafkajsClient, type KafkaSettings } from '#runtime/kafka/kafkajs/client.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import { createLogger } from '#runtime/telemetry/logger.ts'
import { registryOf } from '#runtime/boot/clients.ts'
import type { RegistryClient, RegistrySettings } from '#runtime/registry/index.ts'
import { readClickHouseConfig, readKafkaConfig, readRegistryConfig } from './configuration.ts'
import type { Terminal } from './terminal.ts'

/**
 * ClickHouse as configured, or of the local stack.
 * @throws TributaryError `TRB_CONFIG_INVALID` when neither is there.
 */
export function openClickHouse(
  terminal: Terminal,
  options: Pick<ClickHouseOptions, 'requestTimeoutMs'> = {},
): ClickHouse {
  const config = readClickHouseConfig(terminal)
  return createClickHouse({
    url: config.clickhouseUrl,
    database: config.clickhouseDatabase,
    username: config.clickhouseUser,
    password: config.clickhousePassword,
    ...options,
  })
}

/** Kafka likewise. Connects when it is used. */
export function openKafka(
  terminal: Terminal,
  options: Pick<KafkaSettings, 'requestTimeoutMs' | 'retries'> = {},
): KafkaClient {
  const { kafkaBrokers, kafkaPassword, kafkaTls, kafkaUsername, prefix } = readKafkaConfig(terminal)
  return createKafkajsClient(
    {
      brokers: kafkaBrokers,
      clientId: `${prefix}tributary-cli`,
      tls: kafkaTls,
      credentials:
        kafkaUsername === null || kafkaPassword === null
          ? null
          : { username: kafkaUsername, password: kafkaPassword },
      // Somebody is waiting: say soon that the brokers do not answer.
      producerRetries: 20,
      ...options,
    },
    createLogger({ service: 'cli', level: 'silent' }),
  )
}

/** The schema registry likewise. */
export const openRegistry = (
  terminal: Terminal,
  options: Pick<RegistrySettings, 'timeoutMs'> = {},
): RegistryClient => registryOf(readRegistryConfig(terminal), options)
