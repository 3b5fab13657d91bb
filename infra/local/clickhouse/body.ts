import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib'
import { serverError } from './errors.ts'

/** Rows of one insert are held in memory once; more than this in one request is refused. */
export const bodyBytesMax = 1024 * 1024 * 1024

/** The request's body, decompressed as its Content-Encoding says. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  const source: AsyncIterable<Buffer> = decoded(message)
  for await (const bytes of source) {
    size += bytes.length
    if (size > bodyBytesMax) {
      throw serverError(
        307,
        'TOO_MANY_BYTES',
        `Request body above ${bodyBytesMax} bytes: send it in several inserts.`,
      )
    }
    chunks.push(bytes)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size)
}

function decoded(message: IncomingMessage): Readable {
  const encoding = message.headers['content-encoding'] ?? 'identity'
  switch (encoding) {
    case 'identity':
      return message
    case 'gzip':
      return pipe(message, createGunzip())
    case 'deflate':
      return pipe(message, createInflate())
    case 'br':
      return pipe(message, createBrotliDecompress())
    case 'zstd':
      return pipe(message, createZstdDecompress())
    default:
      throw serverError(48, 'NOT_IMPLEMENTED', `Content-Encoding ${encoding} is not supported.`)
  }
}

function pipe<T extends Readable & NodeJS.WritableStream>(message: IncomingMessage, into: T): T {
  message.on('error', (error) => into.destroy(error))
  message.pipe(into)
  return into
}
