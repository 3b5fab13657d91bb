import { asError, TributaryError } from '../errors/index.ts'
import { asBuffer } from './avro-codec.ts'
import { AvroPen } from './avro-pen.ts'
import { writeEventMessage } from './event-wire.ts'
import { fromWireHeader, fromWireMessage, toWireHeader, toWireMessage } from './frame-mapping.ts'
import { readFrame } from './frame-reader.ts'
import { frameCodec, headerCodec, messageCodec } from './frame-wire.ts'
import type { Frame, Message } from './messages.ts'

/** Version of the wire form, the first byte of every frame. */
export const frameFormat = 1
/** Below the request limit of the producer and below the message.max.bytes of a broker, with room for headers. */
export const frameSizeMaxBytes = 700 * 1024
/** The index in a frame has 16 bits in a row's version. */
export const frameMessagesMax = 65_535

/** The format byte, the longest count (5 bytes) and the end of the array. */
const envelopeBytes = 1 + 5 + 1

/** Where messages are encoded, again and again. */
const pen = new AvroPen()

/** Encodes at `position` of the pen's bytes, which grow as needed; returns the end. */
function encodeToScratch(message: Message, position: number): number {
  pen.start(position)
  if (writeEventMessage(pen, message)) return pen.at
  const wire = toWireMessage(message)
  let end = messageCodec.encodeInto(wire, pen.bytes, position)
  if (end > pen.bytes.length) {
    pen.start(position)
    pen.ensure(end - position + 1024)
    end = messageCodec.encodeInto(wire, pen.bytes, position)
  }
  return end
}

/** Avro's zigzag varint of a count. */
function writeCount(count: number, target: Buffer, position: number): number {
  let rest = count * 2
  let at = position
  for (; rest >= 0x80; rest >>>= 7) {
    target[at] = (rest & 0x7f) | 0x80
    at += 1
  }
  target[at] = rest
  return at + 1
}

/** A frame of `count` messages that lie encoded in the pen's bytes [start, end). */
function assemble(header: Buffer, count: number, start: number, end: number): Uint8Array {
  const frame = Buffer.allocUnsafe(envelopeBytes + header.length + (end - start))
  frame[0] = frameFormat
  header.copy(frame, 1)
  let at = 1 + header.length
  if (count > 0) {
    at = writeCount(count, frame, at)
    pen.bytes.copy(frame, at, start, end)
    at += end - start
  }
  frame[at] = 0
  return frame.subarray(0, at + 1)
}

/** Encodes one frame, whatever its size. */
export function encodeFrame(frame: Frame): Uint8Array {
  let end = 0
  for (const message of frame.messages) end = encodeToScratch(message, end)
  return assemble(headerCodec.encode(toWireHeader(frame)), frame.messages.length, 0, end)
}

/**
 * Encodes all messages of one flush for one target, which must be one frame.
 * @throws TributaryError TRB_FRAME_TOO_LARGE above frameSizeMaxBytes or frameMessagesMax.
 */
export function encodeSingleFrame(frame: Frame): Uint8Array {
  const { length } = frame.messages
  if (length > frameMessagesMax)
    throw tooLarge(`${length} messages`, `${frameMessagesMax} messages`)
  const bytes = encodeFrame(frame)
  if (bytes.length > frameSizeMaxBytes)
    throw tooLarge(`${bytes.length} bytes`, `${frameSizeMaxBytes} bytes`)
  return bytes
}

const tooLarge = (size: string, limit: string): TributaryError =>
  new TributaryError(
    'TRB_FRAME_TOO_LARGE',
    `a flush has ${size} for one target, ${limit} are the limit`,
  )

/**
 * Encodes messages of one origin for one target as few frames as fit the limits, in order. A producer of raw origins may
 * split like this, since its marks are per message.
 * @throws TributaryError TRB_FRAME_TOO_LARGE when a single message does not fit.
 */
export function packFrames(
  frame: Frame,
  bytesMax: number = frameSizeMaxBytes,
): readonly Uint8Array[] {
  const header = headerCodec.encode(toWireHeader(frame))
  const roomBytes = bytesMax - envelopeBytes - header.length
  const frames: Uint8Array[] = []
  let count = 0
  let end = 0
  for (const message of frame.messages) {
    const next = encodeToScratch(message, end)
    if (next - end > roomBytes)
      throw tooLarge(`one message of ${next - end} bytes`, `${roomBytes} bytes`)
    if (next > roomBytes || count === frameMessagesMax) {
      frames.push(assemble(header, count, 0, end))
      pen.bytes.copyWithin(0, end, next)
      end = next - end
      count = 1
    } else {
      end = next
      count += 1
    }
  }
  if (count > 0) frames.push(assemble(header, count, 0, end))
  return frames
}

/** @throws TributaryError TRB_FRAME_INVALID. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const buffer = asBuffer(bytes)
  const format = buffer[0]
  if (format !== frameFormat) {
    throw new TributaryError(
      'TRB_FRAME_INVALID',
      `a frame of format ${format ?? 'none'}, this version reads format ${frameFormat}`,
    )
  }
  const frame = readFrame(buffer, 1)
  if (frame !== null) return frame
  try {
    const wire = frameCodec.decode(buffer, 1)
    return { ...fromWireHeader(wire), messages: wire.messages.map(fromWireMessage) }
  } catch (error) {
    const message = `a frame of ${bytes.length} bytes cannot be decoded: ${asError(error).message}`
    throw new TributaryError('TRB_FRAME_INVALID', message, { cause: error })
  }
}
