export {
  dataKeyVariables,
  masterKeyRule,
  masterKeyVariables,
} from './data-key-variables.ts'
export { checkpointDirectoryRule } from './checkpoint-directory-rule.ts'
export { keysOpenRule } from './keys-rule.ts'
export { stateDirectoryRule } from './state-directory-rule.ts'
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
  registryCredentialsRule,
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
  hostPorts,
  integer,
  oneOf,
  optionalInteger,
  optionalText,
  optionalUrl,
  text,
  url,
  urlWithoutAccount,
  type Variable,
} from './variable.ts'
