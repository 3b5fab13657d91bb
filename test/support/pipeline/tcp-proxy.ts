import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A way to a dependency that a test can cut, whoever runs the dependency and whoever else uses it. */
export interface TcpProxy {
  /** The address given, by way of the proxy. */
  readonly url: string
  /** Ends every connection; new ones are ended at once. */
  cut(): void
  /** Connections stay, and nothing comes through any more. */
  stall(): void
  restore(): void
  close(): Promise<void>
}

export async function createTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port, pathname } = new URL(target)
  const sockets = new Set<Socket>()
  let way: 'open' | 'cut' | 'stalled' = 'open'

  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }
  const server = createServer((near) => {
    keep(near)
    if (way === 'cut') {
      near.destroy()
      return
    }
    const far = connect(Number(port), hostname)
    keep(far)
    near.on('data', (bytes) => {
      if (way === 'open') far.write(bytes)
    })
    far.on('data', (bytes) => {
      if (way === 'open') near.write(bytes)
    })
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}${pathname === '/' ? '' : pathname}`,
    cut() {
      way = 'cut'
      endAll()
    },
    stall() {
      way = 'stalled'
    },
    restore() {
      // What was swallowed meanwhile is gone: those connections can't go on.
      if (way === 'stalled') endAll()
      way = 'open'
    },
    async close() {
      endAll()
      server.close()
      await once(server, 'close')
    },
  }
}
