export {
  decoderOf,
  schemaFileOf,
  type KafkaConfig,
  kafkaOf,
  pingKafka,
  type RegistryConfig,
  registryOf,
} from './clients.ts'
export {
  awaitTables,
  connectKafka,
  type ConnectedKafka,
  connectClickHouse,
  connectTables,
  consumerOptionsOf,
  openCounterRows,
  patiently,
} from './connect.ts'
export type { Boot, CommonConfig } from './boot.ts'
export { reportPartitions } from './report-partitions.ts'
export { bootService, type ProcessPort } from './service.ts'
export {
  applyTopics,
  checkTopics,
  planTopics,
  prepareTopics,
  requireTopics,
  type TopicPlan,
  type TopicPlanOptions,
} from './topics.ts'
