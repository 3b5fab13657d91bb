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
 */
export function forgetHalfResponse(connection: KafkajsConnection): void {
  if (connection.isConnected()) return
  connection.chunks = []
  connection.bytesBuffered = 0
  connection.bytesNeeded = lengthBytes
}
