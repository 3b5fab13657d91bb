import {
  checkpointVariables,
  type ConfigOf,
  clickhouseVariables,
  commonVariables,
  createServiceConfig,
  kafkaCredentialsRule,
  kafkaVariables,
  keyRule,
  keyVariables,
  masterKeyRule,
  masterKeyVariables,
  registryCredentialsRule,
  registryVariables,
  rewritingVariables,
  stateVariables,
} from '#runtime/config/index.ts'
import { isTributaryError, TributaryError } from '#runtime/errors/index.ts'
import { addresses, localEnvironment } from './local-environment.ts'
import type { Terminal } from './terminal.ts'

const common = createServiceConfig(commonVariables)
const clickhouse = createServiceConfig(clickhouseVariables)
const kafka = createServiceConfig({ ...commonVariables, ...kafkaVariables }, [kafkaCredentialsRule])
const registry = createServiceConfig(registryVariables, [registryCredentialsRule])
const key = createServiceConfig(keyVariables, [keyRule])
const masterKey = createServiceConfig(masterKeyVariables, [masterKeyRule])
const anyKey = createServiceConfig(keyVariables)
const state = createServiceConfig({
  ...stateVariables,
  ...rewritingVariables,
  ...checkpointVariables,
})

/** The variables that services read too; a command asks only for what it needs. */
export const readClickHouseConfig = (terminal: Terminal): ConfigOf<typeof clickhouseVariables> =>
  parse(terminal, clickhouse)

/** The prefix of names, for a command that reaches no broker. */
export const readCommonConfig = (terminal: Terminal): ConfigOf<typeof commonVariables> =>
  parse(terminal, common)

export const readKafkaConfig = (
  terminal: Terminal,
): ConfigOf<typeof commonVariables & typeof kafkaVariables> => parse(terminal, kafka)

export const readRegistryConfig = (terminal: Terminal): ConfigOf<typeof registryVariables> =>
  parse(terminal, registry)

export const readKeyConfig = (terminal: Terminal): ConfigOf<typeof keyVariables> =>
  parse(terminal, key)

/** Where the keys are that wrap the keys of what the pipeline file keeps. */
export const readMasterKeyConfig = (terminal: Terminal): ConfigOf<typeof masterKeyVariables> =>
  parse(terminal, masterKey)

/** Where the key is said to be; nowhere and in two places included. */
export const readKeyVariables = (terminal: Terminal): ConfigOf<typeof keyVariables> =>
  parse(terminal, anyKey)

export const readStateConfig = (
  terminal: Terminal,
): ConfigOf<typeof stateVariables & typeof rewritingVariables & typeof checkpointVariables> =>
  parse(terminal, state)

function parse<T>(
  terminal: Terminal,
  config: { parse(env: Readonly<Record<string, string | undefined>>): T },
): T {
  try {
    return config.parse(localEnvironment(terminal))
  } catch (cause) {
    if (!isTributaryError(cause, 'TRB_CONFIG_INVALID')) throw cause
    const lacksAddress = addresses.some((name) => cause.message.includes(`${name} is not set`))
    throw new TributaryError('TRB_CONFIG_INVALID', cause.message, {
      cause,
      hint: lacksAddress
        ? 'Set the variables to the addresses of yours, or start a local stack: npm run stack -- up.'
        : 'Set or correct the variables named in the message: docs/settings.md says what they mean.',
    })
  }
}
