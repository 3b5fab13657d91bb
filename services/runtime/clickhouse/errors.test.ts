import { inspect } from 'node:util'
import { ClickHouseError } from '@clickhouse/client'
import { expect, test } from 'vitest'
import { toClickHouseError, toInsertError } from './errors.ts'

const at = { url: 'http://user:secret@ch:8123', database: 'crm' }
const server = (code: string, type: string, message: string): ClickHouseError =>
  new ClickHouseError({ code, type, message })

test('what passes by itself is retriable: broken sockets, proxies, a server that has too much to do', () => {
  const passing = [
    Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
    new Error('Timeout error.'),
    new Error('<html>503 Service Unavailable</html>'),
    server('252', 'TOO_MANY_PARTS', 'Too many parts'),
    server('241', 'MEMORY_LIMIT_EXCEEDED', 'Memory limit exceeded'),
  ]
  for (const error of passing) {
    expect(toInsertError(error, 'events', at)).toMatchObject({
      code: 'TRB_CLICKHOUSE_UNAVAILABLE',
      retriable: true,
    })
  }
})

test('a server that nobody reaches is not said to have answered', () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  expect(toClickHouseError(refused, at).message).toBe(
    'ClickHouse at ch:8123 cannot be reached: ECONNREFUSED',
  )
})

test('what is about the rows or the schema is not', () => {
  for (const [code, type] of [
    ['16', 'NO_SUCH_COLUMN_IN_TABLE'],
    ['27', 'CANNOT_PARSE_INPUT_ASSERTION_FAILED'],
    ['60', 'UNKNOWN_TABLE'],
  ] as const) {
    expect(toInsertError(server(code, type, 'x'), 'events', at)).toMatchObject({
      code: 'TRB_CLICKHOUSE_REFUSED',
      retriable: false,
    })
  }
})

test('a user who is not known or may not do this is a setting, not a finding', () => {
  for (const [code, type] of [
    ['516', 'AUTHENTICATION_FAILED'],
    ['497', 'ACCESS_DENIED'],
  ] as const)
    for (const error of [
      toInsertError(server(code, type, 'x'), 'events', at),
      toClickHouseError(server(code, type, 'x'), at),
    ])
      expect(error).toMatchObject({ code: 'TRB_CLICKHOUSE_DENIED', retriable: false, exitCode: 2 })
})

test('a user who may only read is waited for, and it is said what for', () => {
  const message = 'Cannot execute query in readonly mode.'
  for (const error of [
    toInsertError(server('164', 'READONLY', message), 'events', at),
    toClickHouseError(server('164', 'READONLY', message), at),
  ]) {
    expect(error).toMatchObject({ code: 'TRB_CLICKHOUSE_UNAVAILABLE', retriable: true })
    expect(error.hint).toContain('CLICKHOUSE_USER may only read')
  }
})

test('an error of an insert names the column and nothing of the row, in no part of it', () => {
  const message = `Cannot parse input: expected '"' before: 'ada@example.org"]': (while reading the value of key occurred_at)`
  const error = toInsertError(server('27', 'CANNOT_PARSE', message), 'events', at)
  expect(error.context).toMatchObject({ table: 'events', column: 'occurred_at' })
  expect(
    `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`,
  ).not.toContain('ada@')
})

test('an error of a statement has nothing of the statement, in no part of it', () => {
  const message = `Unknown table expression identifier 'events' in scope SELECT count() FROM events WHERE email = 'ada@example.org'. `
  const error = toClickHouseError(server('60', 'UNKNOWN_TABLE', message), at)
  expect(error.message).toBe(
    "ClickHouse at ch:8123, database crm: UNKNOWN_TABLE (code 60): Unknown table expression identifier 'events'",
  )
  expect(`${error.stack} ${inspect(error)}`).not.toContain('ada@')
  expect(inspect(toClickHouseError(new Error(`Code: 60. ${message}`), at))).not.toContain('ada@')
})

test('an address is shown without the credentials in it', () => {
  const { message } = toClickHouseError(new Error(''), at)
  expect(message).toBe('ClickHouse at ch:8123 does not answer as ClickHouse does: empty text')
})
