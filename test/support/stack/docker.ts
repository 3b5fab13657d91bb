import { type StartedTestContainer, GenericContainer, Network, Wait } from 'testcontainers'
import { freePorts } from '../../../infra/local/stack/ports.ts'
import { clickhouseImage, kafkaImage, registryImage } from '../../../infra/images/images.ts'
import type { Stack, StackComponent } from './stack.ts'

const insideKafka = 'kafka:19092'

/** The same three from their official images; needs a Docker engine. */
export async function startDocker(): Promise<Stack> {
  const network = await new Network().start()
  const [kafkaPort] = await freePorts(1)
  if (kafkaPort === undefined) throw new Error('no free port')
  const [kafka, clickhouse] = await Promise.all([
    kafkaContainer(kafkaPort).withNetwork(network).withNetworkAliases('kafka').start(),
    clickhouseContainer().withNetwork(network).start(),
  ])
  const registry = await registryContainer().withNetwork(network).start()
  const containers: Record<StackComponent, StartedTestContainer> = { kafka, registry, clickhouse }
  const host = kafka.getHost()
  return {
    implementation: 'docker',
    kafkaBrokers: [`${host}:${kafkaPort}`],
    registryUrl: `http://${host}:${registry.getMappedPort(8080)}/apis/ccompat/v7`,
    clickhouseUrl: `http://${host}:${clickhouse.getMappedPort(8123)}`,
    restart: async (component) => {
      // Docker gives a restarted container other host ports unless they were fixed, as Kafka's is.
      if (component !== 'kafka') throw new Error(`${component} would come back at another port`)
      await containers[component].restart()
    },
    stop: async () => {
      await Promise.all([registry.stop(), clickhouse.stop()])
      await kafka.stop()
      await network.stop()
    },
  }
}

/** Clients are sent to the advertised address, so the port on the host must be known beforehand. */
function kafkaContainer(port: number): GenericContainer {
  return new GenericContainer(kafkaImage)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_NODE_ID: '1',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: 'OUTSIDE://:9092,INSIDE://:19092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `OUTSIDE://127.0.0.1:${port},INSIDE://${insideKafka}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP:
        'OUTSIDE:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'INSIDE',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
}

function registryContainer(): GenericContainer {
  return new GenericContainer(registryImage)
    .withExposedPorts(8080)
    .withEnvironment({
      APICURIO_STORAGE_KIND: 'kafkasql',
      APICURIO_KAFKASQL_BOOTSTRAP_SERVERS: insideKafka,
    })
    .withWaitStrategy(Wait.forHttp('/apis/ccompat/v7/subjects', 8080))
}

function clickhouseContainer(): GenericContainer {
  return new GenericContainer(clickhouseImage)
    .withExposedPorts(8123)
    .withEnvironment({ CLICKHOUSE_SKIP_USER_SETUP: '1' })
    .withWaitStrategy(Wait.forHttp('/ping', 8123))
}
