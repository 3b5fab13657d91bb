import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createRegistryClient, type RegistryClient } from './client.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function clientOf(listener: RequestListener): Promise<RegistryClient> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo
  return createRegistryClient({ url: `http://127.0.0.1:${port}`, timeoutMs: 300 })
}

const answering = async (status: number, body: string): Promise<RegistryClient> =>
  clientOf((_, response) => void response.writeHead(status).end(body))

const away = { code: 'TRB_REGISTRY_UNAVAILABLE' }

describe('what is no answer of a registry is one that is away, so that the partition waits', () => {
  test.each([
    ['a page for signing in', 200, '<html>sign in</html>', 'it answers with a page of HTML'],
    [
      'half of an answer',
      200,
      String.raw`{"schema":"{\"type\":`,
      'it answers with something else than a schema',
    ],
    [
      'something else as JSON',
      200,
      '{"status":"UP"}',
      'it answers with something else than a schema',
    ],
    ['too many requests', 429, '{}', 'it answers with status 429'],
    ['a refusal of the account', 401, '{"error_code":401}', 'it answers with status 401'],
    [
      'a proxy without a registry behind it',
      404,
      '<html>404 Not Found</html>',
      'it answers with status 404, with a page of HTML',
    ],
    [
      'a path that the registry has not got',
      404,
      '{"error_code":404,"message":"HTTP 404"}',
      'it answers with status 404',
    ],
    ['a failure', 500, '{"error_code":50001}', 'it answers with status 500'],
  ])('%s', async (_, status, body, why) => {
    const client = await answering(status, body)
    await expect(client.schemaById(7)).rejects.toMatchObject({ ...away, context: { why } })
    await expect(client.versionsOf(7)).rejects.toMatchObject(away)
    await expect(client.register('a', '"string"')).rejects.toMatchObject(away)
    await expect(client.ping()).rejects.toMatchObject(away)
  })

  test('an answer that breaks off, and none at all', async () => {
    const broken = await clientOf((_, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"sch', () => response.destroy())
    })
    await expect(broken.schemaById(7)).rejects.toMatchObject(away)
    const silent = await clientOf(() => undefined)
    const why = 'it does not answer within 0.3 s'
    await expect(silent.schemaById(7)).rejects.toMatchObject({ ...away, context: { why } })
  })

  test('of what a schema refers to, too', async () => {
    const client = await clientOf((request, response) => {
      if (request.url?.startsWith('/schemas/ids/') === true)
        response.end(
          '{"schema":"\\"a.B\\"","references":[{"name":"a.B","subject":"b","version":1}]}',
        )
      else response.writeHead(404).end('{"error_code":40401,"message":"no such subject"}')
    })
    await expect(client.schemaById(7)).rejects.toMatchObject(away)
  })
})

test('a registry that says itself that there is no such id is believed', async () => {
  const client = await answering(404, '{"error_code":40403,"message":"Schema not found"}')
  expect(await client.schemaById(7)).toBeUndefined()
  expect(await client.versionsOf(7)).toEqual([])
})
