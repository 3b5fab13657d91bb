import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment, Terminal } from './terminal.ts'

/** Set any of these and the command line takes the environment as it is. */
export const addresses = ['KAFKA_BROKERS', 'REGISTRY_URL', 'CLICKHOUSE_URL'] as const

/**
 * The environment, completed by the stack that runs in this clone (`npm run stack`) and by the demo that was kept in it (`npm run demo
 * -- --keep`): so that commands work in a clone without any configuration. A variable that is set always wins.
 */
export function localEnvironment({
  env,
  checkout,
}: Pick<Terminal, 'env' | 'checkout'>): Environment {
  if (addresses.some((name) => env[name] !== undefined)) return env
  const cache = join(checkout, '.tributary')
  return {
    ...ofStack(join(cache, 'stack', 'stack.json')),
    ...ofDemo(join(cache, 'demo.json')),
    ...env,
  }
}

function ofStack(file: string): Environment {
  const state = readObject(file)
  const ports = new Map<string, unknown>(Object.entries(objectIn(state, 'ports')))
  const address = (component: string): string | undefined => {
    const port = ports.get(component)
    return typeof port === 'number' ? `127.0.0.1:${port}` : undefined
  }
  const kafka = address('kafka')
  const registry = address('registry')
  const clickhouse = address('clickhouse')
  return given({
    TRIBUTARY_MODE: kafka && 'local',
    KAFKA_BROKERS: kafka,
    REGISTRY_URL: registry && `http://${registry}/apis/ccompat/v7`,
    CLICKHOUSE_URL: clickhouse && `http://${clickhouse}`,
    CLICKHOUSE_DATABASE: textIn(state, 'database'),
  })
}

function ofDemo(file: string): Environment {
  const demo = readObject(file)
  return given({
    KAFKA_BROKERS: textIn(demo, 'kafkaBrokers'),
    REGISTRY_URL: textIn(demo, 'registryUrl'),
    CLICKHOUSE_URL: textIn(demo, 'clickhouseUrl'),
    CLICKHOUSE_DATABASE: textIn(demo, 'database'),
    TRIBUTARY_PREFIX: textIn(demo, 'prefix'),
    TRIBUTARY_KEY_FILE: textIn(demo, 'keyFile'),
  })
}

function readObject(file: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    // No stack or demo here: the configuration says what is missing.
    return {}
  }
}

function objectIn(value: object, key: string): object {
  const one: unknown = new Map(Object.entries(value)).get(key)
  return typeof one === 'object' && one !== null ? one : {}
}

function textIn(value: object, key: string): string | undefined {
  const one: unknown = new Map(Object.entries(value)).get(key)
  return typeof one === 'string' ? one : undefined
}

const given = (values: Environment): Environment =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
