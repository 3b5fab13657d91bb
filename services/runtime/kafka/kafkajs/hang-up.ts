import type { Socket } from 'node:net'

/** How kafkajs makes its connections. */
export type SocketFactory = (options: object) => Socket

/** Connections of one cluster that can be given up at once. */
export interface Sockets {
  readonly factory: SocketFactory
  /**
   * What waits for an answer fails, as if the broker had closed. kafkajs itself disconnects only after every answer, and a broker may hold a fetch
   * for seconds.
   */
  hangUp(): void
}

export function createSockets(factory: SocketFactory): Sockets {
  const sockets = new Set<Socket>()
  return {
    factory(options) {
      const socket = factory(options)
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      return socket
    },
    hangUp() {
      for (const socket of sockets) {
        // kafkajs listens for the end and not for the close, which is all that destroying tells.
        socket.emit('end')
        socket.destroy()
      }
    },
  }
}
