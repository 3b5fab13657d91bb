export {
  dataKeyVariables,
  masterKeyRule,
  masterKeyVariables,
} from './data-key-variables.ts'
export {
  checkpointRule,
  checkpointVariables,
  clickhouseVariables,
  commonVariables,
  consumerVariables,
  generationVariables,
  heartbeatRule,
  kafkaCredentialsRule,
  kafkaVariables,
  keyRule,
  keyVariables,
  registryVariables,
  rewritingVariables,
  stateVariables,
} from './shared.ts'
export {
  type ConfigOf,
  createServiceConfig,
  type Rule,
  type ServiceConfig,
} from './service-config.ts'
export {
  type Environment,
  flag,
  integer,
  list,
  oneOf,
  optionalInteger,
  optionalText,
  text,
  url,
  type Variable,
} from './variable.ts'
