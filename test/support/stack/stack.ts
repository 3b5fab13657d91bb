import type { ProvidedStack } from './provided.ts'

export type StackComponent = 'kafka' | 'registry' | 'clickhouse'

/** A real Kafka, schema registry and ClickHouse for tests, wherever they run. */
export interface Stack extends ProvidedStack {
  /** Kills the component and returns when it serves again at the same address with its data. */
  restart(component: StackComponent): Promise<void>
  stop(): Promise<void>
}
