import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import { payloadEncodingHeader } from '#runtime/log/dead-letter-payload.ts'
import { deadLetterCodec } from '#runtime/log/public-records.ts'
import { newFlush, type Rejection } from '../../core/fold/flush.ts'
import { encodeEffects } from './effects.ts'

/** What a broker takes by itself. */
const recordBytesMax = 1_048_588

const sealed = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const opened = (text: string): Buffer => Buffer.from(text, 'base64')

function letterOf(content: Rejection['content']): {
  readonly bytes: number
  readonly letter: ReturnType<typeof deadLetterCodec.decode>
} {
  const flush = newFlush()
  flush.rejections.push({
    reason: 'unreadable_frame',
    detail: 'no frame',
    offset: 7,
    index: 0,
    receivedAt: epochMs(0),
    content,
  })
  const [batch] = encodeEffects(
    flush,
    {
      topics: {
        profileLog: 'profile.log',
        links: 'identity.links',
        suppressions: 'identity.suppressions',
        dataKeys: 'privacy.keys',
        expiries: 'identity.expiries',
        segments: 'profile.segments',
        deadLetter: 'deadletter',
      },
      origin: { kind: 'log', generation: 0, partition: 3 },
      schemaIds: { segmentTransition: 1, deadLetter: 2 },
      seal: sealed,
      now: () => epochMs(1),
      nonce: () => 'n',
    },
    null,
  )
  const [record] = batch?.records ?? []
  const value = record?.value ?? new Uint8Array(0)
  return { bytes: value.length, letter: deadLetterCodec.decode(value) }
}

/** Nothing makes it smaller. */
function noise(length: number): Buffer {
  const blocks: Buffer[] = []
  for (let n = 0; n * 32 < length; n += 1)
    blocks.push(createHash('sha256').update(String(n)).digest())
  return Buffer.concat(blocks).subarray(0, length)
}

it('a record that is no frame is kept as it came', () => {
  const { letter } = letterOf(Buffer.from('no frame'))
  expect(letter).toMatchObject({ topic: 'profile.log', partition: 3, headers: {} })
  expect(opened(letter.payload).toString()).toBe('no frame')
})

it('the largest one that a broker takes fits a dead letter, packed', () => {
  const largest = Buffer.alloc(recordBytesMax, 'frame')
  const { bytes, letter } = letterOf(largest)
  expect(bytes).toBeLessThan(recordBytesMax)
  expect(opened(letter.headers[payloadEncodingHeader] ?? '').toString()).toBe('gzip')
  expect(gunzipSync(opened(letter.payload)).equals(largest)).toBe(true)
})

it('one that nothing makes smaller is left where it is, and its letter says so', () => {
  const { bytes, letter } = letterOf(noise(1_000_000))
  expect(bytes).toBeLessThan(1000)
  expect(letter.detail).toBe(
    'no frame; its 1000000 bytes are too many to keep and are only where they came from',
  )
})
