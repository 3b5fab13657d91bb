export {
  createRegistryClient,
  type RegisteredSchema,
  type RegistryClient,
  type RegistrySettings,
} from './client.ts'
export {
  createRegistryDecoder,
  type DecodeOutcome,
  type DecodeReason,
  decodeReasons,
  type RegistryDecoder,
} from './decoder.ts'
export { registerAll, type SchemaIds, subjectOf } from './register.ts'
export { createSchemaFile, forgetfulStore, type SchemaStore } from './schema-store.ts'
