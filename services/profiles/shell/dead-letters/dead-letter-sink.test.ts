import { expect, it } from 'vitest'
import { createMemoryRowSink } from '#runtime/clickhouse/memory-row-sink.ts'
import { epochMs, offset } from '#runtime/event/ids.ts'
import type { BatchControl } from '#runtime/kafka/ports.ts'
import { deadLetterCodec, type DeadLetterRecord } from '#runtime/log/public-records.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { createDeadLetterSink } from './dead-letter-sink.ts'

const letter: DeadLetterRecord = {
  topic: 'channel.web',
  partition: 1,
  offset: offset(7),
  index: null,
  stage: 'decode',
  reason: 'invalid_json',
  detail: 'no JSON',
  source: null,
  schemaId: null,
  receivedAt: epochMs(1000),
  failedAt: epochMs(2000),
  payload: 'dead-letter/2026-11-23.x',
  headers: {},
  attempt: 1,
  history: [],
}

const record = (at: number, value: Uint8Array | null) => ({
  offset: offset(at),
  timestamp: epochMs(1),
  key: null,
  value,
  headers: {},
})

function controlled(): BatchControl & { committed: number[] } {
  const committed: number[] = []
  return {
    committed,
    heartbeat: async () => undefined,
    isStale: () => false,
    stopAt: () => undefined,
    commit: async (at) => {
      committed.push(at)
    },
  }
}

it('writes a row per dead letter, and the same row again for the same record', async () => {
  const sink = createMemoryRowSink()
  const control = controlled()
  const handler = createDeadLetterSink(sink, silentLogger)
  const bytes = deadLetterCodec.encode(letter, 3)
  const batch = { topic: 'deadletter', partition: 0, highWatermark: offset(9) }
  await handler.batch({ ...batch, records: [record(4, bytes)] }, control)
  await handler.batch({ ...batch, records: [record(4, bytes)] }, control)
  expect(sink.final('dead_letters')).toMatchObject([
    { topic: 'channel.web', offset: 7, index: -1, attempt: 1, reason: 'invalid_json' },
  ])
  expect(control.committed).toEqual([5, 5])
})

it('steps over what is no dead letter', async () => {
  const sink = createMemoryRowSink()
  const control = controlled()
  const handler = createDeadLetterSink(sink, silentLogger)
  const records = [record(1, Buffer.from('?')), record(2, null)]
  const batch = { topic: 'deadletter', partition: 0, highWatermark: offset(3), records }
  await handler.batch(batch, control)
  expect(sink.all('dead_letters')).toEqual([])
  expect(control.committed).toEqual([3])
})

it('lets the last try of a record stand, with its history, also when the first is read once more', async () => {
  const sink = createMemoryRowSink()
  const handler = createDeadLetterSink(sink, silentLogger)
  const again: DeadLetterRecord = {
    ...letter,
    attempt: 2,
    reason: 'missing_field',
    failedAt: epochMs(5000),
    history: [{ attempt: 1, failedAt: epochMs(2000), stage: 'decode', reason: 'invalid_json' }],
  }
  const records = [letter, again, letter].map((one, at) =>
    record(at, deadLetterCodec.encode(one, 3)),
  )
  await handler.batch(
    { topic: 'deadletter', partition: 0, highWatermark: offset(3), records },
    controlled(),
  )
  expect(sink.final('dead_letters')).toMatchObject([
    {
      attempt: 2,
      reason: 'missing_field',
      first_failed_at: '1970-01-01T00:00:02.000Z',
      history: [[1, '1970-01-01T00:00:02.000Z', 'decode', 'invalid_json']],
    },
  ])
})

it('lets a record of a topic that was created anew stand, whatever became of the one before it', async () => {
  const sink = createMemoryRowSink()
  const handler = createDeadLetterSink(sink, silentLogger)
  const records = [
    { ...letter, attempt: 7 },
    { ...letter, receivedAt: epochMs(1001), reason: 'empty_record' },
  ].map((one, at) => record(at, deadLetterCodec.encode(one, 3)))
  await handler.batch(
    { topic: 'deadletter', partition: 0, highWatermark: offset(2), records },
    controlled(),
  )
  expect(sink.final('dead_letters')).toMatchObject([{ attempt: 1, reason: 'empty_record' }])
})
