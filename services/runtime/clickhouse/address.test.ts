import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { addressOf } from './address.ts'
import { createClickHouse } from './client.ts'

test('an account in the URL is taken out of it, decoded, and counts', () => {
  const beside = { username: 'default', password: '' }
  expect(addressOf({ url: 'http://ada:p%40ss%2F1@ch:8123', ...beside })).toEqual({
    url: 'http://ch:8123',
    username: 'ada',
    password: 'p@ss/1',
  })
  expect(addressOf({ url: 'http://ada@ch:8123', username: 'default', password: 'x' })).toEqual({
    url: 'http://ch:8123',
    username: 'ada',
    password: 'x',
  })
  expect(addressOf({ url: 'http://a:100%@ch:8123', ...beside }).password).toBe('100%')
  expect(addressOf({ url: 'http://ch:8123', ...beside })).toEqual({
    url: 'http://ch:8123',
    ...beside,
  })
})

test('with an account in the URL nothing is warned of, and it is the one that the server sees', async () => {
  const accounts: (string | undefined)[] = []
  const server = createServer((request, response) => {
    accounts.push(request.headers.authorization)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  onTestFinished(() => warn.mockRestore())
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo
  const clickhouse = createClickHouse({
    url: `http://ada:p%40ss@127.0.0.1:${port}`,
    database: 'crm',
    username: 'default',
    password: '',
  })
  await clickhouse.command('SELECT 1')
  await clickhouse.command('SELECT 1', { withoutDatabase: true })
  await clickhouse.close()
  const ada = `Basic ${Buffer.from('ada:p@ss').toString('base64')}`
  expect(accounts).toEqual([ada, ada])
  expect(warn).not.toHaveBeenCalled()
  expect(inspect(clickhouse)).not.toContain('ada')
})
