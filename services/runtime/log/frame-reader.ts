import { AvroCursor } from './avro-cursor.ts'
import { readEventMessage } from './event-reader.ts'
import { fromWireHeader, fromWireMessage } from './frame-mapping.ts'
import { headerCodec, messageCodec } from './frame-wire.ts'
import type { Frame, Message } from './messages.ts'

const cursor = new AvroCursor()

/**
 * Reads a frame's bytes from `at` on, events by hand and all else with avsc; null: they are odd, and whoever needs to know how reads them with
 * avsc alone.
 */
export function readFrame(bytes: Buffer, at: number): Frame | null {
  try {
    const header = headerCodec.decodeAt(bytes, at)
    cursor.start(bytes, header.end)
    const messages: Message[] = []
    for (let count = cursor.count(); count !== 0; count = cursor.count())
      for (; count > 0; count -= 1) messages.push(readMessage(bytes))
    return cursor.isAtEnd() ? { ...fromWireHeader(header.value), messages } : null
  } catch {
    return null
  }
}

function readMessage(bytes: Buffer): Message {
  const from = cursor.at
  const event = readEventMessage(cursor)
  if (event !== null) return event
  const { value, end } = messageCodec.decodeAt(bytes, from)
  cursor.goOn(end)
  return fromWireMessage(value)
}
