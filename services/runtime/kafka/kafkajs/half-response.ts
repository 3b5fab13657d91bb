/** A connection of kafkajs to one broker, as far as it is looked at here. It outlives its sockets. */
export interface KafkajsConnection {
  chunks: Buffer[]
  bytesBuffered: number
  bytesNeeded: number
  isConnected(): boolean
  connect(): Promise<unknown>
}

/** Of the length that stands before a response. */
const lengthBytes = 4

/**
 * Before a new socket: what the old one had brought of a response is nobody's any more. kafkajs keeps it and reads the first answer of the new
 * socket as the rest of it: a request is never answered, or a length beyond all bounds ends the process.
 * @param prototype of all connections
 */
export function forgetHalfResponses(prototype: KafkajsConnection): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with the connection that it is of
  const { connect } = prototype
  prototype.connect = async function connectAfresh(this: KafkajsConnection) {
    if (!this.isConnected()) forget(this)
    return connect.call(this)
  }
}

function forget(connection: KafkajsConnection): void {
  connection.chunks = []
  connection.bytesBuffered = 0
  connection.bytesNeeded = lengthBytes
}
