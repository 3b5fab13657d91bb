import { prepareClickHouse } from './clickhouse.ts'
import type { Downloads } from './downloads.ts'
import { prepareKafka } from './kafka.ts'
import { type Component, componentPaths } from './paths.ts'
import { httpProbe, type Probe, tcpProbe } from './probes.ts'
import { prepareRegistry, registryUrl } from './registry.ts'
import type { StackState } from './state.ts'
import type { Launch } from './supervise.ts'

export interface WiringContext {
  readonly dir: string
  readonly state: StackState
  readonly downloads: Downloads
  readonly environment: Readonly<Record<string, string>>
}

export interface ComponentWiring {
  readonly title: string
  /** Lays out directories and configuration, and says how to start the process. */
  prepare(context: WiringContext): Launch | Promise<Launch>
  /** Answers once the component serves requests, not merely runs. */
  probe(state: StackState): Probe
}

/** How each component is started and asked, from what the stack's directory remembers. */
export const wiring = {
  kafka: {
    title: 'Kafka',
    prepare: ({ dir, state, downloads, environment }) =>
      prepareKafka({
        jars: downloads.kafka,
        paths: componentPaths(dir, 'kafka'),
        port: state.ports.kafka,
        controllerPort: state.ports.kafkaController,
        way: state.kafkaWay,
        environment,
      }),
    probe: ({ ports }) => tcpProbe(ports.kafka),
  },
  registry: {
    title: 'Schema registry',
    prepare: ({ dir, state, downloads, environment }) =>
      prepareRegistry({
        unpacked: downloads.registry,
        paths: componentPaths(dir, 'registry'),
        port: state.ports.registry,
        brokers: `127.0.0.1:${state.ports.kafka}`,
        environment,
      }),
    probe: ({ ports }) => httpProbe(`${registryUrl(ports.registry)}/subjects`),
  },
  clickhouse: {
    title: 'ClickHouse',
    prepare: ({ dir, state, environment }) =>
      prepareClickHouse({
        paths: componentPaths(dir, 'clickhouse'),
        port: state.ports.clickhouse,
        database: state.database,
        environment,
      }),
    probe: ({ ports }) => httpProbe(`http://127.0.0.1:${ports.clickhouse}/ping`),
  },
} as const satisfies Record<Component, ComponentWiring>
