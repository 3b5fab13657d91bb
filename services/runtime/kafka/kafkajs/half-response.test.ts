import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { KafkajsConnection } from './half-response.ts'
import { load } from './patched.ts'

interface ConnectionUnderTest extends KafkajsConnection {
  send(call: object): Promise<unknown>
  disconnect(): Promise<unknown>
}

/* oxlint-disable typescript/no-unsafe-type-assertion -- the inside of kafkajs has no types */
const Connection = load('network/connection') as new (options: object) => ConnectionUnderTest
const Encoder = load('protocol/encoder') as new () => object
const socketFactory = (load('network/socketFactory') as () => object)()
/* oxlint-enable typescript/no-unsafe-type-assertion */

const silent = () => undefined
const logger = { debug: silent, info: silent, warn: silent, error: silent, namespace: () => logger }

/** ApiVersions, which goes before everything else; what its answer holds is looked at as bytes. */
const call = {
  request: { apiKey: 18, apiVersion: 0, apiName: 'ApiVersions', encode: async () => new Encoder() },
  response: {
    decode: async (payload: Buffer) => ({ payload }),
    parse: async ({ payload }: { readonly payload: Buffer }) => payload.toString(),
  },
}

/** A response to the request of a frame, with its length before it. */
function answerTo(request: Buffer, text: string): Buffer {
  const head = Buffer.alloc(8)
  head.writeInt32BE(4 + text.length)
  request.copy(head, 4, 8, 12)
  return Buffer.concat([head, Buffer.from(text)])
}

test('a connection whose socket broke in the middle of a response reads what its next socket brings from its start', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    const isFirst = sockets.length === 1
    socket.on('error', silent)
    socket.once('data', (request) => {
      const answer = answerTo(request, isFirst ? 'a long answer' : 'an answer')
      if (isFirst) socket.end(answer.subarray(0, 10))
      else socket.write(answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo
  const connection = new Connection({
    host: '127.0.0.1',
    port,
    logger,
    socketFactory,
    requestTimeout: 2000,
    enforceRequestTimeout: true,
    connectionTimeout: 2000,
    clientId: 'test',
  })
  await connection.connect()
  await expect(connection.send(call)).rejects.toThrow('Closed connection')
  await connection.connect()
  expect(await connection.send(call)).toBe('an answer')
  await connection.disconnect()
  for (const socket of sockets) socket.destroy()
  server.close()
})
