export {
  decoderOf,
  type KafkaConfig,
  kafkaOf,
  pingKafka,
  type RegistryConfig,
  registryOf,
} from './clients.ts'
export { type GenerationDeps, joinGenerationOf, watchGenerationOf } from './generation.ts'
export type { Boot, CommonConfig } from './boot.ts'
export { bootService, type ProcessPort } from './service.ts'
export {
  applyTopics,
  checkTopics,
  planTopics,
  type TopicDifference,
  type TopicPlan,
  type TopicPlanOptions,
} from './topics.ts'
