import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { silentLogger } from '../../telemetry/logger.ts'
import { createKafkajsClient } from './client.ts'

const sockets = new Set<Socket>()
const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)))
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  server.close()
})

test('a follower whose broker never says a word ends at once when it is told to stop', async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const client = createKafkajsClient(
    { brokers: [`127.0.0.1:${port}`], clientId: 'test' },
    silentLogger,
  )
  const stop = new AbortController()
  const options = { from: 'start', untilEnd: false, signal: stop.signal } as const
  const batches = client.reader().read({ topic: 't', partition: 0 }, options)
  const reading = batches[Symbol.asyncIterator]()
  const first = reading.next()
  await once(server, 'connection')
  stop.abort()
  const late = pause(1000).then(() => 'it still waits')
  expect(await Promise.race([first, late])).toEqual({ done: true, value: undefined })
  await client.close()
})
