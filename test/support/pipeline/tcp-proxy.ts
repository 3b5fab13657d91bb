import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A way to a dependency that a test can cut, whoever runs the dependency and whoever else uses it. */
export interface TcpProxy {
  /** The address given, by way of the proxy. */
  readonly url: string
  readonly port: number
  /** Ends every connection; new ones are ended at once. */
  cut(): void
  /** Connections stay, and nothing comes through any more. */
  stall(): void
  /** Everything comes through, each piece so many milliseconds later. */
  slow(delayMs: number): void
  /**
   * Each connection that is open now ends as soon as its next answer comes: what it had asked for is done, and the asker does not learn
   * of it. Connections made afterwards are not touched. Says how many are waiting for their end.
   */
  cutReplies(): number
  /** Connections that `cutReplies` has ended so far. */
  repliesCut(): number
  restore(): void
  close(): Promise<void>
}

interface Pair {
  readonly near: Socket
  readonly far: Socket
  asked: boolean
  doomed: boolean
}

export async function createTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port, pathname } = new URL(target)
  const sockets = new Set<Socket>()
  const pairs = new Set<Pair>()
  let way: 'open' | 'cut' | 'stalled' = 'open'
  let delayMs = 0
  let repliesCut = 0

  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }
  const pass = (bytes: Buffer, to: Socket): void => {
    if (way !== 'open') return
    // Timers of one length fire in their order, so pieces do not overtake each other while the delay stays.
    if (delayMs > 0) setTimeout(() => to.write(bytes), delayMs)
    else to.write(bytes)
  }
  const join = (near: Socket, far: Socket): void => {
    const pair: Pair = { near, far, asked: false, doomed: false }
    pairs.add(pair)
    near.on('data', (bytes) => {
      pair.asked ||= pair.doomed
      pass(bytes, far)
    })
    far.on('data', (bytes) => {
      if (!pair.doomed || !pair.asked) {
        pass(bytes, near)
        return
      }
      repliesCut += 1
      near.resetAndDestroy()
      far.destroy()
    })
    near.on('close', () => {
      pairs.delete(pair)
      far.destroy()
    })
    far.on('close', () => near.destroy())
  }
  const server = createServer((near) => {
    keep(near)
    if (way === 'cut') {
      near.destroy()
      return
    }
    const far = connect(Number(port), hostname)
    keep(far)
    join(near, far)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}${pathname === '/' ? '' : pathname}`,
    port: address.port,
    cut() {
      way = 'cut'
      endAll()
    },
    stall() {
      way = 'stalled'
    },
    slow(milliseconds) {
      delayMs = milliseconds
    },
    cutReplies() {
      for (const pair of pairs) pair.doomed = true
      return pairs.size
    },
    repliesCut: () => repliesCut,
    restore() {
      // What was swallowed or held back meanwhile is gone or late: those connections can't go on.
      if (way === 'stalled' || delayMs > 0) endAll()
      way = 'open'
      delayMs = 0
    },
    async close() {
      endAll()
      server.close()
      await once(server, 'close')
    },
  }
}
