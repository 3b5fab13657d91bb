import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { preamble, readRequest } from './request.ts'

function message(url: string, headers: Record<string, string> = {}): IncomingMessage {
  const incoming = new IncomingMessage(new Socket())
  incoming.url = url
  Object.assign(incoming.headers, headers)
  return incoming
}

it('sets database, settings and parameters on the connection, each quoted', () => {
  const url = '/?database=a%60b&async_insert=0&query_id=q&param_p=it%27s%5Cn&wait_end_of_query=1'
  expect(preamble(readRequest(message(url)))).toBe(
    "USE `a\\`b`; SET async_insert='0', param_p='it\\'s\\\\n'",
  )
})

it('refuses a name that would be more than a name', () => {
  const request = readRequest(message('/?x%3D1%2Cy=2'))
  expect(() => preamble(request)).toThrow('UNKNOWN_SETTING')
})

it('answers compressed only when both the setting and the header ask for it', () => {
  const gzip = { 'accept-encoding': 'gzip' }
  const asked = '/?enable_http_compression=1'
  expect(readRequest(message(asked, gzip)).gzipResponse).toBe(true)
  expect(readRequest(message(asked)).gzipResponse).toBe(false)
  expect(readRequest(message('/', gzip)).gzipResponse).toBe(false)
})

it('takes database and format from headers when the address has none', () => {
  const headers = { 'x-clickhouse-database': 'd', 'x-clickhouse-format': 'JSON' }
  expect(readRequest(message('/', headers))).toMatchObject({ database: 'd', defaultFormat: 'JSON' })
  expect(readRequest(message('/')).defaultFormat).toBe('TabSeparated')
})
