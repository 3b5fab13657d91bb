import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { epochMs, offset } from '#runtime/event/ids.ts'
import type { KafkaRecord } from '#runtime/kafka/ports.ts'
import { encodeLinksRecord } from '#runtime/log/links-record.ts'
import { createLinksWorld, type Mix } from './links-world.ts'

// A file stands for the topic: made beforehand, so that making links is in no figure. Each record: length of key and of value (32 bits each), key, value.

const pieceBytes = 8 * 1024 * 1024
const headBytes = 8

/** Returns the bytes written. */
export function writeLinks(
  path: string,
  { seed, mix, links }: { seed: number; mix: Mix; links: number },
): number {
  const world = createLinksWorld(seed, mix, links)
  const file = openSync(path, 'w')
  let pieces: Uint8Array[] = []
  let held = 0
  let total = 0
  const write = (): void => {
    writeSync(file, Buffer.concat(pieces, held))
    total += held
    pieces = []
    held = 0
  }
  for (let n = 0; n < links; n += 1) {
    const { key, link } = world.next()
    const value = encodeLinksRecord(link)
    const head = Buffer.alloc(headBytes + key.length)
    head.writeUInt32LE(key.length, 0)
    head.writeUInt32LE(value.length, 4)
    head.write(key, headBytes, 'latin1')
    pieces.push(head, value)
    held += head.length + value.length
    if (held >= pieceBytes) write()
  }
  write()
  closeSync(file)
  return total
}

/** Batches as a consumer fetches them: all whole records of so many bytes. */
export function* readLinks(path: string, batchBytes: number): Generator<readonly KafkaRecord[]> {
  const file = openSync(path, 'r')
  let at = 0
  let next = 0
  for (;;) {
    const piece = Buffer.allocUnsafe(batchBytes)
    const length = readSync(file, piece, 0, batchBytes, at)
    const records: KafkaRecord[] = []
    let position = 0
    while (position + headBytes <= length) {
      const valueAt = position + headBytes + piece.readUInt32LE(position)
      const end = valueAt + piece.readUInt32LE(position + 4)
      if (end > length) break
      records.push({
        offset: offset(next),
        timestamp: epochMs(0),
        key: piece.subarray(position + headBytes, valueAt),
        value: piece.subarray(valueAt, end),
        headers: {},
      })
      next += 1
      position = end
    }
    if (records.length === 0) break
    at += position
    yield records
  }
  closeSync(file)
}
