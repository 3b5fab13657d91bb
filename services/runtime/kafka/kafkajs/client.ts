import type { ISocketFactory, Kafka, logCreator } from 'kafkajs'
import type { Logger } from '../../telemetry/logger.ts'
import type { Admin, KafkaClient } from '../ports.ts'
import { type KafkaWatch, unwatched } from '../watch.ts'
import { createAdmin } from './admin.ts'
import { registerCodecs } from './codecs.ts'
import { createGroupConsumer } from './consumer.ts'
import { isExpected } from './expected-line.ts'
import { type ConnectionSettings, refuseOffsetReset } from './internals.ts'
import { kafkajs } from './patched.ts'
import { createProducer } from './producer.ts'
import { createReader } from './reader.ts'
import { createStartingOffsets } from './starting-offsets.ts'

export interface KafkaSettings {
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly tls?: boolean
  /** SASL/PLAIN; null or left out: none. */
  readonly credentials?: { readonly username: string; readonly password: string } | null
  /** Batches of that many partitions of one consumer may be in work at once, so that their flushes can share an insert. */
  readonly partitionsConcurrently?: number
  /** How often a producer tries again (at most one second apart) before it is dead. */
  readonly producerRetries?: number
  /** How often everything else tries again before it gives up. */
  readonly retries?: number
  /** How long one request may take, and a connection at most. */
  readonly requestTimeoutMs?: number
  /** Where sockets come from, e.g. a proxy, or a test that cuts them. Readers outside a group use Node's own. */
  readonly socketFactory?: ISocketFactory
  /** Told how consumers fare. */
  readonly watch?: KafkaWatch
  /** Aborted when sends that wait for a broker must wait no longer. */
  readonly giveUp?: AbortSignal
}

const connectionTimeoutMs = 3000
const requestTimeoutDefaultMs = 30_000
const retryFirstMs = 20
const retryMaxMs = 1000
const retriesDefault = 8
const producerRetriesDefault = 300
const partitionsConcurrentlyDefault = 4

/** kafkajs logs every hiccup that it cures by itself as an error, so its lines are demoted by one level. */
const bridge =
  (log: Logger, ending: ReadonlySet<unknown>): logCreator =>
  () =>
  ({ level, namespace, log: { message, ...fields } }) => {
    const { error, topic, partition, groupId } = fields as Record<string, unknown>
    const context = { from: `kafkajs/${namespace}`, error, topic, partition, groupId }
    if (isExpected({ message, error, groupId }, ending)) log.debug(context, message)
    else if (level <= kafkajs.logLevel.ERROR) log.warn(context, message)
    else if (level <= kafkajs.logLevel.WARN) log.info(context, message)
    else log.debug(context, message)
  }

/** The Kafka port on kafkajs 2.2.4. Connects to nothing before a part of it is asked for. */
export function createKafkajsClient(settings: KafkaSettings, log: Logger): KafkaClient {
  registerCodecs()
  refuseOffsetReset()
  const { credentials, requestTimeoutMs = requestTimeoutDefaultMs } = settings
  const connection: ConnectionSettings = {
    brokers: [...settings.brokers],
    clientId: settings.clientId,
    ssl: settings.tls ?? false,
    sasl:
      credentials === undefined || credentials === null
        ? undefined
        : { mechanism: 'plain', ...credentials },
    connectionTimeout: Math.min(connectionTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    retry: {
      initialRetryTime: retryFirstMs,
      maxRetryTime: retryMaxMs,
      retries: settings.retries ?? retriesDefault,
    },
  }
  const { sasl, ...rest } = connection
  /** Groups whose consumers stop. */
  const ending = new Set<string>()
  const kafkaWith = (retry: ConnectionSettings['retry']): Kafka =>
    new kafkajs.Kafka({
      ...rest,
      retry,
      ...(sasl === undefined ? {} : { sasl }),
      ...(settings.socketFactory === undefined ? {} : { socketFactory: settings.socketFactory }),
      logLevel: kafkajs.logLevel.INFO,
      logCreator: bridge(log, ending),
    })
  const kafka = kafkaWith(connection.retry)
  const retries = settings.producerRetries ?? producerRetriesDefault
  // A producer's own retries do not cover its reconnecting: that one gives up by the client's, for good, and an absent broker would kill
  // every producer within seconds.
  const kafkaOfProducers = kafkaWith({ ...connection.retry, retries })
  const kafkajsLog = kafka.logger()
  let shared: Promise<Admin> | undefined
  const sharedAdmin = async (): Promise<Admin> => {
    shared ??= createAdmin(kafka, connection, kafkajsLog).catch((error: unknown) => {
      shared = undefined
      throw error
    })
    return shared
  }
  const startingOffsets = createStartingOffsets(sharedAdmin, async () => {
    const old = shared
    shared = undefined
    await (await old?.catch(() => undefined))?.close().catch(() => undefined)
  })
  return {
    consumer: (options) =>
      createGroupConsumer(options, {
        kafka,
        startingOffsets,
        ending,
        log,
        watch: settings.watch ?? unwatched,
        partitionsConcurrently: settings.partitionsConcurrently ?? partitionsConcurrentlyDefault,
        retry: connection.retry,
      }),
    producer: async () => createProducer(kafkaOfProducers, retries, settings.giveUp),
    reader: () => createReader({ settings: connection, kafkajsLog, log }),
    admin: async () => createAdmin(kafka, connection, kafkajsLog),
    async close() {
      const admin = await shared?.catch(() => undefined)
      await admin?.close()
    },
  }
}
