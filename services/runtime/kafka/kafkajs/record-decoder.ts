/** What kafkajs's decoder of one record is given, as far as it is looked at here. */
export interface RecordBytes {
  readonly buffer: Buffer
}

export interface BatchContext {
  readonly firstOffset: string
  readonly firstTimestamp: string
  readonly maxTimestamp: string
  readonly timestampType: number
  readonly magicByte: number
  readonly isControlBatch?: boolean
}

export interface DecodedKafkaRecord {
  readonly magicByte: number
  readonly attributes: number
  readonly timestamp: string
  readonly offset: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: object
  readonly isControlRecord: boolean
  readonly batchContext: BatchContext
}

type DecodeRecord = (bytes: RecordBytes, context: BatchContext) => DecodedKafkaRecord

const logAppendTime = 1

/**
 * kafkajs's decoder of one record, without its big integers, of which it makes some twenty for each: offsets and times fit in numbers.
 * Records with headers, and what is odd, are left to `original`.
 */
export function createRecordDecoder(original: DecodeRecord): DecodeRecord {
  let context: BatchContext | null = null
  let firstOffset = 0
  let firstTimestamp = 0
  let buffer: Buffer = Buffer.alloc(0)
  let at = 0
  let isOdd = false

  /** Zigzag, base 128, below 2^31: the differences to a batch's first record are small. */
  const varInt = (): number => {
    let number = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = buffer[at] ?? 0x80
      at += 1
      number |= (byte & 0x7f) << shift
      if (byte < 0x80) return (number >>> 1) ^ -(number & 1)
    }
    isOdd = true
    return 0
  }
  const bytes = (): Buffer | null => {
    const length = varInt()
    if (length === -1) return null
    if (length < 0 || at + length > buffer.length) isOdd = true
    at += length
    return isOdd ? null : buffer.subarray(at - length, at)
  }

  return (record, batch) => {
    if (batch !== context) {
      context = batch
      firstOffset = Number(batch.firstOffset)
      firstTimestamp = Number(batch.firstTimestamp)
    }
    ;({ buffer } = record)
    at = 1
    isOdd = !Number.isSafeInteger(firstOffset) || !Number.isSafeInteger(firstTimestamp)
    const timestampDelta = varInt()
    const offset = firstOffset + varInt()
    const key = bytes()
    const value = bytes()
    if (varInt() !== 0 || isOdd) return original(record, batch)
    return {
      magicByte: batch.magicByte,
      attributes: buffer.readInt8(0),
      timestamp:
        batch.timestampType === logAppendTime && batch.maxTimestamp
          ? batch.maxTimestamp
          : String(firstTimestamp + timestampDelta),
      offset: String(offset),
      key,
      value,
      headers: {},
      isControlRecord: batch.isControlBatch ?? false,
      batchContext: batch,
    }
  }
}
