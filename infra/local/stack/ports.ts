import { createServer } from 'node:net'

/** Ports on loopback; the controller's is Kafka's own affair. */
export interface StackPorts {
  readonly kafka: number
  readonly kafkaController: number
  readonly registry: number
  readonly clickhouse: number
}

export const portNames = ['kafka', 'kafkaController', 'registry', 'clickhouse'] as const

/** Whether a server could listen on this loopback port just now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => {
      resolve(false)
    })
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true)
      })
    })
  })
}

/** Asks the kernel for as many different free loopback ports, all held until the last is known. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere))
  const ports = servers.map(({ port }) => port)
  await Promise.all(servers.map(({ close }) => close()))
  return ports
}

function listenAnywhere(): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') {
        reject(new Error('no TCP address'))
        return
      }
      resolve({
        port: address.port,
        close: () =>
          new Promise((done) => {
            server.close(() => {
              done()
            })
          }),
      })
    })
  })
}
