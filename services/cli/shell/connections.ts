import { type ClickHouse, createClickHouse } from '#runtime/clickhouse/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { localEnvironment } from './local-environment.ts'
import type { Environment, Terminal } from './terminal.ts'

const noStack =
  'Start a local stack with: npm run stack -- up. Or set the variable to the address of yours.'

/**
 * ClickHouse as configured, or of the local stack.
 * @throws TributaryError `TRB_CONFIG_INVALID` when neither is there.
 */
export function openClickHouse(terminal: Terminal): ClickHouse {
  const env = localEnvironment(terminal)
  return createClickHouse({
    url: required(env, 'CLICKHOUSE_URL'),
    database: env['CLICKHOUSE_DATABASE'] ?? 'tributary',
    username: env['CLICKHOUSE_USERNAME'],
    password: env['CLICKHOUSE_PASSWORD'],
  })
}

export function required(env: Environment, name: string): string {
  const value = env[name]
  if (value !== undefined && value !== '') return value
  throw new TributaryError('TRB_CONFIG_INVALID', `${name} is not set and no local stack is known`, {
    hint: noStack,
    context: { variable: name },
  })
}
