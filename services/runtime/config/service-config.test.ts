import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TributaryError } from '../errors/index.ts'
import type { MasterKeyConfig } from '../keys/data-keys/index.ts'
import {
  checkpointVariables,
  clickhouseVariables,
  commonVariables,
  consumerVariables,
  createServiceConfig,
  heartbeatRule,
  kafkaCredentialsRule,
  kafkaVariables,
  keyRule,
  keysOpenRule,
  keyVariables,
  masterKeyRule,
  masterKeyVariables,
  registryCredentialsRule,
  registryVariables,
  stateVariables,
} from './index.ts'

const config = createServiceConfig(
  { ...commonVariables, ...kafkaVariables, ...consumerVariables, ...keyVariables },
  [heartbeatRule, kafkaCredentialsRule, keyRule],
)
const env = { KAFKA_BROKERS: 'a:1, b:2', TRIBUTARY_KEY: 'secret' }

test('what is not set has its default; the mode decides some of them', () => {
  const parsed = config.parse(env)
  expect(parsed).toMatchObject({
    kafkaBrokers: ['a:1', 'b:2'],
    partitions: 64,
    logLevel: 'info',
    keyFile: null,
  })
  expect(config.parse({ ...env, TRIBUTARY_MODE: 'local' }).partitions).toBe(4)
  expect(Object.isFrozen(parsed)).toBe(true)
})

test('all problems are told at once, without the values of secrets', () => {
  const broken = { KAFKA_TLS: 'yes', TRIBUTARY_PARTITIONS: '0', KAFKA_FETCH_WAIT_MS: '1.5' }
  expect(config.check(broken)).toEqual([
    "TRIBUTARY_PARTITIONS: '0' is not between 1 and 4096",
    'KAFKA_BROKERS is not set: Brokers, host:port, comma-separated',
    "KAFKA_TLS: 'yes' is neither true nor false",
    "KAFKA_FETCH_WAIT_MS: '1.5' is no whole number of milliseconds from 1 to 30000",
  ])
  expect(() => config.parse(broken)).toThrow(TributaryError)
})

const brokers = (text: string) => config.check({ ...env, KAFKA_BROKERS: text })

test('a broker that nobody can reach by that text is a mistake, no outage', () => {
  expect(brokers('a:1, b-2.example.org:65535,10.0.0.1:9092')).toEqual([])
  for (const wrong of ['nonsense', 'a:', 'a:0', 'a:65536', 'a:9092:1', 'a:x', ':9092'])
    expect(brokers(`a:1,${wrong}`)).toEqual([
      `KAFKA_BROKERS: 'a:1,${wrong}' has ${wrong}, which is no host:port with a port from 1 to 65535`,
    ])
  expect(brokers('kafka://a:1')).toEqual([
    "KAFKA_BROKERS: 'kafka://a:1' has kafka://a:1: a broker is host:port, without a scheme",
  ])
  for (const address of ['[::1]:9092', '::1:9092', 'fd00::17:9092'])
    expect(brokers(address)).toEqual([
      `KAFKA_BROKERS: '${address}' has ${address}: the Kafka client takes no IPv6 address, give a name for it`,
    ])
})

test('a variable that is nearly called as one is, is told of: its default would be in force in silence', () => {
  const set = {
    ...env,
    TRIBUTARY_PREFX: 'shop.',
    TRIBUTARY_LOGLEVEL: 'debug',
    // Of the machine's own, and of another service.
    TRIBUTARY_IDENTITY_HOT_MAX: '1000',
    TRIBUTARY_GRAFANA_PORT: '3000',
    PREFIX: '/usr',
  }
  const slips = [
    'TRIBUTARY_PREFX is no variable of this service: did you mean TRIBUTARY_PREFIX?',
    'TRIBUTARY_LOGLEVEL is no variable of this service: did you mean TRIBUTARY_LOG_LEVEL?',
  ]
  expect(config.slips(set)).toEqual(slips)
  expect(config.check(set)).toEqual(slips)
  expect(config.parse(set).prefix).toBe('')
})

test('of the variables of Kafka, ClickHouse and the registry one that is called longer or shorter is told of too', () => {
  const all = createServiceConfig({ ...kafkaVariables, ...clickhouseVariables })
  const set = { KAFKA_BROKERS: 'a:1', CLICKHOUSE_URL: 'http://c:1' }
  const slips = { KAFKA_USER: 'ada', CLICKHOUSE_USERNAME: 'ada', CLICKHOUSE_PASSWORD_FILE: '/x' }
  expect(all.check({ ...set, ...slips })).toEqual([
    'KAFKA_USER is no variable of this service: did you mean KAFKA_USERNAME?',
    'CLICKHOUSE_USERNAME is no variable of this service: did you mean CLICKHOUSE_USER?',
    'CLICKHOUSE_PASSWORD_FILE is no variable of this service: did you mean CLICKHOUSE_PASSWORD?',
  ])
  // Of the brokers, of the server, and of a service that has more of ours.
  const others = { KAFKA_HEAP_OPTS: '-Xmx1g', CLICKHOUSE_DB: 'x', KAFKA_FETCH_WAIT_MS: '100' }
  expect(all.check({ ...set, ...others, KAFKA_: 'x' })).toEqual([])
})

test('a URL that is wrong is shown without the account in it', () => {
  const registry = createServiceConfig(registryVariables)
  expect(registry.check({ REGISTRY_URL: 'ftp://ada:secret@host' })).toEqual([
    "REGISTRY_URL: 'ftp://…@host' is no http(s) URL",
  ])
  expect(registry.check({ REGISTRY_URL: 'http://ada:secret@host' })).toEqual([
    "REGISTRY_URL: 'http://…@host' has an account in it, which belongs into REGISTRY_USERNAME and REGISTRY_PASSWORD",
  ])
})

test('what may hold a password is shown without it, wherever it stands', () => {
  const all = createServiceConfig({
    ...registryVariables,
    ...kafkaVariables,
    ...clickhouseVariables,
  })
  const fine = { KAFKA_BROKERS: 'a:1', REGISTRY_URL: 'http://r:1', CLICKHOUSE_URL: 'http://c:1' }
  const kafka = 'has an account in it, which belongs into KAFKA_USERNAME and KAFKA_PASSWORD'
  const shown: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ KAFKA_BROKERS: 'a:1,ada:se,c/ret@b:1' }, `KAFKA_BROKERS: '…@b:1' ${kafka}`],
    [{ KAFKA_BROKERS: 'http://ada:secret@b:1' }, `KAFKA_BROKERS: 'http://…@b:1' ${kafka}`],
    [{ CLICKHOUSE_URL: 'c:8123?password=secret' }, "CLICKHOUSE_URL: 'c:8123?…' is no http(s) URL"],
    [
      { REGISTRY_URL: 'http://r:1/api?token=secret' },
      "REGISTRY_URL: 'http://r:1/api?…' has something behind its path: paths are put behind it",
    ],
  ]
  for (const [wrong, problem] of shown) expect(all.check({ ...fine, ...wrong })).toEqual([problem])
})

test('a prefix that no topic can begin with is refused, and so is a bucket where a directory belongs', () => {
  const state = createServiceConfig({
    ...commonVariables,
    ...stateVariables,
    ...checkpointVariables,
  })
  for (const good of ['', 'acme', 'acme.', 'a-1_b.c'])
    expect(state.check({ TRIBUTARY_PREFIX: good })).toEqual([])
  for (const wrong of [' ', 'a b', 'acme/', 'a:b', 'Ü'])
    expect(state.check({ TRIBUTARY_PREFIX: wrong })).toEqual([
      `TRIBUTARY_PREFIX: '${wrong}' is no beginning of a topic name, which has letters, digits, dots, _ and - alone`,
    ])
  expect(state.check({ TRIBUTARY_PREFIX: 'a'.repeat(201) })[0]).toContain('longer than 200')
  const mount = 'is a URL, no directory: mount what is there, and give the path of the mount'
  expect(
    state.check({
      TRIBUTARY_STATE_DIR: 'file:///var/lib/tributary',
      TRIBUTARY_CHECKPOINT_DIR: 's3://bucket/checkpoints',
    }),
  ).toEqual([
    `TRIBUTARY_STATE_DIR: 'file:///var/lib/tributary' ${mount}`,
    `TRIBUTARY_CHECKPOINT_DIR: 's3://bucket/checkpoints' ${mount}`,
  ])
})

test('half of an account is refused before anything is asked', () => {
  const registry = createServiceConfig(registryVariables, [registryCredentialsRule])
  const url = { REGISTRY_URL: 'http://r:1' }
  const together = ['REGISTRY_USERNAME and REGISTRY_PASSWORD must be set together']
  expect(registry.check({ ...url, REGISTRY_USERNAME: 'ada' })).toEqual(together)
  expect(registry.check({ ...url, REGISTRY_PASSWORD: 'secret' })).toEqual(together)
  expect(registry.check({ ...url, REGISTRY_USERNAME: 'ada', REGISTRY_PASSWORD: 's' })).toEqual([])
})

test('the check opens the keys as a start would, parsing does not', () => {
  const keys = createServiceConfig(
    { ...keyVariables, ...masterKeyVariables },
    [keyRule],
    [keysOpenRule],
  )
  const none = join(import.meta.dirname, 'none')
  const problems = (more: Readonly<Record<string, string>>) => keys.check(more)
  expect(problems({ TRIBUTARY_KEY_FILE: none })).toEqual([
    expect.stringMatching(/none of TRIBUTARY_KEY_FILE cannot be read: ENOENT/),
  ])
  expect(problems({ TRIBUTARY_KEY: 'c2hvcnQ=' })).toEqual([
    'the installation key of TRIBUTARY_KEY has 5 bytes, 32 are the minimum',
  ])
  const good = { TRIBUTARY_KEY: Buffer.alloc(32, 1).toString('base64') }
  expect(problems(good)).toEqual([])
  expect(problems({ ...good, TRIBUTARY_KEY_NEXT_FILE: none })).toEqual([
    expect.stringContaining('TRIBUTARY_KEY_NEXT_FILE'),
  ])
  expect(problems({ ...good, TRIBUTARY_MASTER_KEYS_FILE: none })).toEqual([
    expect.stringContaining('TRIBUTARY_MASTER_KEYS_FILE'),
  ])
  // Without a word the derived key would wrap, which somebody wanted to do without.
  expect(problems({ ...good, TRIBUTARY_MASTER_KEYS_FILE: '/dev/null' })).toEqual([
    'TRIBUTARY_MASTER_KEYS_FILE has no key',
  ])
  expect(problems({ ...good, TRIBUTARY_MASTER_KEYS: ' ' })).toEqual([
    'TRIBUTARY_MASTER_KEYS has no key',
  ])
  expect(keys.parse({ TRIBUTARY_KEY_FILE: none }).keyFile).toBe(none)
})

test('rules look at several values', () => {
  const slow = {
    ...env,
    KAFKA_HEARTBEAT_INTERVAL_MS: '20000',
    KAFKA_USERNAME: 'u',
    TRIBUTARY_KEY_FILE: 'k',
  }
  expect(config.check(slow)).toEqual([
    'KAFKA_HEARTBEAT_INTERVAL_MS (20000) must be at most a third of KAFKA_SESSION_TIMEOUT_MS (30000)',
    'KAFKA_USERNAME and KAFKA_PASSWORD must be set together',
    'TRIBUTARY_KEY_FILE and TRIBUTARY_KEY are both set: only one may say what the key is',
  ])
})

const key = (more: Readonly<Record<string, string>>) =>
  config.check({ KAFKA_BROKERS: 'a:1', ...more })

test('each key comes from one place, and a command is one', () => {
  expect(key({})).toEqual([
    'TRIBUTARY_KEY_FILE, TRIBUTARY_KEY or TRIBUTARY_KEY_COMMAND must be set',
  ])
  expect(key({ TRIBUTARY_KEY_COMMAND: '["vault", "read"]' })).toEqual([])
  expect(key({ TRIBUTARY_KEY_COMMAND: '["vault", 1]' })).toEqual([
    'TRIBUTARY_KEY_COMMAND is neither a program nor a JSON list of a program and its arguments',
  ])
  const next = { TRIBUTARY_KEY: 'secret', TRIBUTARY_KEY_NEXT_FILE: 'n' }
  expect(key(next)).toEqual([])
  expect(key({ ...next, TRIBUTARY_KEY_NEXT: 'other' })).toEqual([
    'TRIBUTARY_KEY_NEXT_FILE and TRIBUTARY_KEY_NEXT are both set: only one may say what the key is',
  ])
  expect(
    key({ ...next, TRIBUTARY_KEY_PREVIOUS: 'p', TRIBUTARY_KEY_PREVIOUS_COMMAND: 'q' }),
  ).toEqual([
    'TRIBUTARY_KEY_PREVIOUS and TRIBUTARY_KEY_PREVIOUS_COMMAND are both set: only one may say what the key is',
  ])
})

const masters = (given: Partial<MasterKeyConfig>) =>
  masterKeyRule({ masterKeysFile: null, masterKeys: null, masterKeysCommand: null, ...given })

test('master keys come from one place at most', () => {
  expect(masters({})).toBeNull()
  expect(masters({ masterKeysCommand: '["vault", "read"]' })).toBeNull()
  expect(masters({ masterKeysCommand: '[]' })).toBe(
    'TRIBUTARY_MASTER_KEYS_COMMAND is neither a program nor a JSON list of a program and its arguments',
  )
  expect(masters({ masterKeysFile: 'm', masterKeys: 'k', masterKeysCommand: 'c' })).toBe(
    'TRIBUTARY_MASTER_KEYS_FILE and TRIBUTARY_MASTER_KEYS and TRIBUTARY_MASTER_KEYS_COMMAND are all set: only one may say what the key is',
  )
})

test('table and example name every variable', () => {
  for (const name of ['KAFKA_BROKERS', 'TRIBUTARY_PARTITIONS', 'TRIBUTARY_KEY']) {
    expect(config.table()).toContain(`\`${name}\``)
    expect(config.example()).toMatch(new RegExp(`^(# )?${name}=`, 'm'))
  }
  expect(config.table()).toContain('| `KAFKA_BROKERS` | *required* |')
})
