import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { KeyRingConfig } from '../keys/key-ring.ts'
import { logLevels } from '../telemetry/logger.ts'
import { keyPlaceFault } from './key-place.ts'
import type { Rule } from './service-config.ts'
import {
  directory,
  type Environment,
  flag,
  hostPorts,
  integer,
  oneOf,
  optionalDirectory,
  optionalInteger,
  optionalText,
  text,
  url,
  urlWithoutAccount,
  type Variable,
} from './variable.ts'

/** Kafka, as every service reaches it. */
export const kafkaVariables = {
  kafkaBrokers: hostPorts('KAFKA_BROKERS', 'Brokers, host:port, comma-separated'),
  kafkaTls: flag('KAFKA_TLS', 'Speak TLS with the brokers', { fallback: 'false' }),
  kafkaUsername: optionalText('KAFKA_USERNAME', 'SASL/PLAIN user; empty: none'),
  kafkaPassword: optionalText('KAFKA_PASSWORD', 'SASL/PLAIN password', { secret: true }),
}

/** A consumer group's timing and sizes. */
export const consumerVariables = {
  sessionTimeoutMs: integer(
    'KAFKA_SESSION_TIMEOUT_MS',
    'Silence after which the group gives the partitions of a process to another one',
    { fallback: '30000', min: 1000, max: 1_800_000 },
  ),
  heartbeatIntervalMs: integer('KAFKA_HEARTBEAT_INTERVAL_MS', 'Time between two heartbeats', {
    fallback: '3000',
    min: 100,
    max: 600_000,
  }),
  fetchWaitMs: integer(
    'KAFKA_FETCH_WAIT_MS',
    'How long a broker holds a fetch that finds little: the flush cadence of a quiet partition',
    { fallback: '100', min: 1, max: 30_000 },
  ),
  fetchMinBytes: integer(
    'KAFKA_FETCH_MIN_BYTES',
    'What counts as little: each flush has costs of its own, so that a busy stream is worth waiting for',
    { fallback: '262144', min: 1, max: 67_108_864 },
  ),
  fetchMaxBytesPerPartition: integer(
    'KAFKA_FETCH_MAX_BYTES',
    'Bytes of one partition in one fetch: large fetches are what makes reading fast',
    { fallback: '4194304', min: 65_536, max: 67_108_864 },
  ),
}

export const registryVariables = {
  registryUrl: urlWithoutAccount(
    'REGISTRY_URL',
    "Base of the schema registry's Confluent API, e.g. http://host:8081",
    'REGISTRY_USERNAME and REGISTRY_PASSWORD',
  ),
  registryUsername: optionalText('REGISTRY_USERNAME', 'User of the registry; empty: none'),
  registryPassword: optionalText('REGISTRY_PASSWORD', 'Password of the registry', { secret: true }),
}

export const clickhouseVariables = {
  clickhouseUrl: url('CLICKHOUSE_URL', 'HTTP interface of ClickHouse'),
  clickhouseDatabase: text('CLICKHOUSE_DATABASE', 'Database', { fallback: 'tributary' }),
  clickhouseUser: text('CLICKHOUSE_USER', 'User', { fallback: 'default' }),
  clickhousePassword: text('CLICKHOUSE_PASSWORD', 'Password', { fallback: '', secret: true }),
}

export const keyVariables = {
  keyFile: optionalText(
    'TRIBUTARY_KEY_FILE',
    'File with the installation key: at least 32 random bytes',
  ),
  key: optionalText('TRIBUTARY_KEY', 'The installation key as base64, if there is no file', {
    secret: true,
  }),
  keyCommand: optionalText(
    'TRIBUTARY_KEY_COMMAND',
    'Command that prints the installation key, as a JSON list of program and arguments, if there is no file; no shell reads it',
  ),
  keyNextFile: optionalText(
    'TRIBUTARY_KEY_NEXT_FILE',
    'The key that a rebuild with a new key brings into force (docs/keys.md)',
  ),
  keyNext: optionalText('TRIBUTARY_KEY_NEXT', 'The same as base64', { secret: true }),
  keyNextCommand: optionalText('TRIBUTARY_KEY_NEXT_COMMAND', 'The same from a command'),
  keyPreviousFile: optionalText(
    'TRIBUTARY_KEY_PREVIOUS_FILE',
    'The key that was in force before: opens dead letters sealed with it, and screens by what was erased under it',
  ),
  keyPrevious: optionalText('TRIBUTARY_KEY_PREVIOUS', 'The same as base64', { secret: true }),
  keyPreviousCommand: optionalText('TRIBUTARY_KEY_PREVIOUS_COMMAND', 'The same from a command'),
}

/** The key comes from exactly one place; the next and the previous one from one each, if they are given. */
export const keyRule: Rule<KeyRingConfig> = (config) => {
  const { key, keyCommand = null, keyFile } = config
  if (keyFile === null && key === null && keyCommand === null)
    return 'TRIBUTARY_KEY_FILE, TRIBUTARY_KEY or TRIBUTARY_KEY_COMMAND must be set'
  return (
    keyPlaceFault('TRIBUTARY_KEY', { file: keyFile, clear: key, command: keyCommand }) ??
    keyPlaceFault('TRIBUTARY_KEY_NEXT', {
      file: config.keyNextFile,
      clear: config.keyNext,
      command: config.keyNextCommand,
    }) ??
    keyPlaceFault('TRIBUTARY_KEY_PREVIOUS', {
      file: config.keyPreviousFile,
      clear: config.keyPrevious,
      command: config.keyPreviousCommand,
    })
  )
}

export const stateVariables = {
  stateDir: directory(
    'TRIBUTARY_STATE_DIR',
    'Directory for state, on a disk of this host. Processes may share it: each part of it belongs to one',
    {
      fallback: '.tributary/state',
    },
  ),
}

/** Of the services that keep people in their state. */
export const rewritingVariables = {
  rewriteAfterMs: integer(
    'TRIBUTARY_STATE_REWRITE_MS',
    "From an erasure to a compact rewriting of the state's file, without the old pages: part of the bound of an erasure",
    { fallback: '86400000', min: 1000, max: 2_592_000_000 },
  ),
}

/** Of the services that fold a log: profiles and identity. */
export const generationVariables = {
  generation: optionalInteger(
    'TRIBUTARY_GENERATION',
    'The generation of profile.log to work for, while it is being built; empty: whichever serves',
    { min: 1, max: 255 },
  ),
}

export const checkpointVariables = {
  checkpointDir: optionalDirectory(
    'TRIBUTARY_CHECKPOINT_DIR',
    'Directory that all processes of a service see, a mounted bucket say, for copies of the state; empty: none, and a lost state is built from the log',
  ),
  checkpointIntervalMs: integer(
    'TRIBUTARY_CHECKPOINT_INTERVAL_MS',
    'Time between two copies of one partition: what a new host has to read again, against copying the whole state each time',
    { fallback: '300000', min: 100, max: 86_400_000 },
  ),
  checkpointsKept: integer(
    'TRIBUTARY_CHECKPOINTS_KEPT',
    'Newest copies kept of each partition: one may be damaged, one being removed; all must be younger than the log is kept',
    { fallback: '3', min: 1, max: 100 },
  ),
}

/** Copies beside the state would be lost with it. */
export const checkpointRule: Rule<{
  readonly checkpointDir: string | null
  readonly stateDir: string
}> = ({ checkpointDir, stateDir }) =>
  checkpointDir === null || !isWithin(resolve(stateDir), resolve(checkpointDir))
    ? null
    : `TRIBUTARY_CHECKPOINT_DIR (${checkpointDir}) is within TRIBUTARY_STATE_DIR (${stateDir}): whoever loses one loses both`

const isWithin = (outer: string, inner: string): boolean => {
  const way = relative(outer, inner)
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
}

const modeOf = (env: Environment): string => env['TRIBUTARY_MODE'] ?? 'production'

/** Of the 249 characters of a topic's name, ours take less than 50. */
const prefixMax = 200

const prefix: Variable<string> = {
  ...text('TRIBUTARY_PREFIX', 'Put before the names of topics, groups and clients', {
    fallback: '',
  }),
  parse(value) {
    if (!/^[A-Za-z0-9._-]*$/.test(value))
      throw new Error(
        'is no beginning of a topic name, which has letters, digits, dots, _ and - alone',
      )
    if (value.length > prefixMax) throw new Error(`is longer than ${prefixMax} characters`)
    return value
  },
}

/** What every service has. */
export const commonVariables = {
  mode: oneOf('TRIBUTARY_MODE', 'local may create source topics', ['local', 'production'], {
    fallback: 'production',
  }),
  prefix,
  partitions: integer(
    'TRIBUTARY_PARTITIONS',
    'Partitions of profile.log, fixed for the life of a generation; after a rebuild the new one’s own count holds',
    {
      fallback: (env) => (modeOf(env) === 'local' ? '4' : '64'),
      fallbackShown: '64 (local: 4)',
      min: 1,
      max: 4096,
    },
  ),
  replicationFactor: integer(
    'TRIBUTARY_REPLICATION_FACTOR',
    'Replicas of topics that Tributary creates',
    {
      fallback: (env) => (modeOf(env) === 'local' ? '1' : '3'),
      fallbackShown: '3 (local: 1)',
      min: 1,
      max: 9,
    },
  ),
  pipelineFile: text('TRIBUTARY_PIPELINE', 'Pipeline file that a first start deploys', {
    fallback: 'infra/pipeline.yaml',
  }),
  httpHost: text('TRIBUTARY_HTTP_HOST', 'Address that health and metrics listen on', {
    fallback: '127.0.0.1',
  }),
  httpPort: integer('TRIBUTARY_HTTP_PORT', 'Their port; 0: a free one', {
    fallback: '0',
    min: 0,
    max: 65_535,
  }),
  httpPortFile: optionalText(
    'TRIBUTARY_HTTP_PORT_FILE',
    'File that the port is written to once it is bound',
  ),
  logLevel: oneOf('TRIBUTARY_LOG_LEVEL', 'Least severe lines that are logged', logLevels, {
    fallback: 'info',
  }),
}

/** Two heartbeats may be lost before the group takes a member for dead. */
export const heartbeatRule: Rule<{
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
}> = ({ sessionTimeoutMs, heartbeatIntervalMs }) =>
  heartbeatIntervalMs * 3 <= sessionTimeoutMs
    ? null
    : `KAFKA_HEARTBEAT_INTERVAL_MS (${heartbeatIntervalMs}) must be at most a third of KAFKA_SESSION_TIMEOUT_MS (${sessionTimeoutMs})`

/** A user without a password, or the other way round, is a mistake. */
export const kafkaCredentialsRule: Rule<{
  readonly kafkaUsername: string | null
  readonly kafkaPassword: string | null
}> = ({ kafkaUsername, kafkaPassword }) =>
  (kafkaUsername === null) === (kafkaPassword === null)
    ? null
    : 'KAFKA_USERNAME and KAFKA_PASSWORD must be set together'

/** Likewise. */
export const registryCredentialsRule: Rule<{
  readonly registryUsername: string | null
  readonly registryPassword: string | null
}> = ({ registryUsername, registryPassword }) =>
  (registryUsername === null) === (registryPassword === null)
    ? null
    : 'REGISTRY_USERNAME and REGISTRY_PASSWORD must be set together'
