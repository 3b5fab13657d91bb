import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { TextDecoder } from 'node:util'
import { createGunzip } from 'node:zlib'
import { TributaryError } from '#runtime/errors/index.ts'

/** A file as text. */
export interface OpenText {
  readonly pieces: AsyncIterable<string>
  /** Of the file read so far, packed as it may be. */
  readonly bytes: () => number
}

const startsWith = (bytes: Uint8Array, ...magic: readonly number[]): boolean =>
  magic.every((byte, place) => bytes[place] === byte)

async function firstBytes(file: string): Promise<Uint8Array> {
  await using handle = await open(file)
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0)
  return buffer.subarray(0, bytesRead)
}

/** Of a text that names its encoding itself. */
function encodingOf(bytes: Uint8Array): string {
  if (startsWith(bytes, 0xff, 0xfe)) return 'utf-16le'
  return startsWith(bytes, 0xfe, 0xff) ? 'utf-16be' : 'utf-8'
}

/**
 * Opens a file of text, packed by gzip or not.
 * @param encoding as WHATWG names it; null: UTF-8, or the UTF-16 that the file's mark says.
 * @throws TributaryError TRB_CONFIG_INVALID when it is an archive, or damaged; what the file system says otherwise.
 */
export async function openText(file: string, encoding: string | null): Promise<OpenText> {
  const magic = await firstBytes(file)
  if (startsWith(magic, 0x50, 0x4b, 0x03, 0x04))
    throw new TributaryError('TRB_CONFIG_INVALID', `${file} is an archive, as workbooks are`, {
      hint: 'Save its table as CSV, or unpack it.',
    })
  const stream = createReadStream(file)
  const isPacked = startsWith(magic, 0x1f, 0x8b)
  return { pieces: decode(file, stream, isPacked, encoding), bytes: () => stream.bytesRead }
}

/** Before anything is done under a name that no decoder knows. @throws TributaryError TRB_CONFIG_INVALID */
export function checkEncoding(encoding: string | null): void {
  try {
    createDecoder(encoding ?? 'utf-8')
  } catch (cause) {
    throw new TributaryError('TRB_CONFIG_INVALID', `${encoding} is no encoding that is known`, {
      cause,
      hint: 'Give its name as browsers know it, such as windows-1252 or utf-16le.',
    })
  }
}

const createDecoder = (encoding: string): TextDecoder => new TextDecoder(encoding)

async function* decode(
  file: string,
  stream: Readable,
  isPacked: boolean,
  encoding: string | null,
): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined
  try {
    for await (const bytes of isPacked ? unpack(stream) : (stream as AsyncIterable<Buffer>)) {
      decoder ??= createDecoder(encoding ?? encodingOf(bytes))
      yield decoder.decode(bytes, { stream: true })
    }
  } catch (cause) {
    throw isZlib(cause)
      ? new TributaryError(
          'TRB_CONFIG_INVALID',
          `${file} is damaged: it can't be unpacked to its end`,
          {
            cause,
            hint: 'Have it made or transferred anew. What was read of it is sent; rows that come again count once.',
          },
        )
      : cause
  }
  const rest = decoder?.decode() ?? ''
  if (rest !== '') yield rest
}

/** An error of the file reaches whoever reads the unpacked bytes. */
function unpack(stream: Readable): AsyncIterable<Buffer> {
  const gunzip = createGunzip()
  stream.on('error', (error) => gunzip.destroy(error))
  return stream.pipe(gunzip)
}

const isZlib = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
