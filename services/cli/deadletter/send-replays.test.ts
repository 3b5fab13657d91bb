import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readReplay } from '#runtime/channel/core/replay.ts'
import { payloadEncodingHeader } from '#runtime/log/dead-letter-payload.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs, offset } from '#runtime/event/ids.ts'
import type { OutgoingBatch, OutgoingRecord } from '#runtime/kafka/ports.ts'
import { createInstallationKey, createSealer } from '#runtime/keys/index.ts'
import type { PlannedReplay } from './plan-replay.ts'
import type { SealedRecord } from './read-letters.ts'
import { type SendDeps, type SendResult, sendReplays } from './send-replays.ts'

const sealerOf = (byte: number) =>
  createSealer({
    key: createInstallationKey(new Uint8Array(32).fill(byte)),
    purpose: 'dead-letter',
  })
const sealer = sealerOf(1)
const receivedAt = '2026-11-01T00:00:00.000Z'
const day = epochMs(Date.parse(receivedAt))

const planned = (n: number, more: Partial<PlannedReplay['replay']> = {}): PlannedReplay => {
  const place = { topic: 't1.news', partition: 3, offset: offset(n) }
  return {
    key: `t1.news/3/${n} ${receivedAt}`,
    place,
    receivedAt,
    target: { channel: 'email', sourceTopic: 'news' },
    replay: { place, attempt: 2, receivedAt: day, indexes: [1], history: [], ...more },
    letters: [],
  }
}

const sealed = (
  n: number,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  by = sealer,
): SealedRecord => ({
  topic: 't1.news',
  partition: 3,
  offset: offset(n),
  receivedAt,
  payload: by.seal(bytes, day),
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, by.seal(Buffer.from(value), day)]),
  ),
})

const notesSchema = z.array(z.object({ offset: z.number(), attempt: z.number(), note: z.string() }))

interface Run {
  readonly records: OutgoingRecord[]
  readonly topics: string[]
  readonly notes: z.infer<typeof notesSchema>
  readonly result: SendResult
}

async function run(
  records: readonly PlannedReplay[],
  kept: readonly SealedRecord[],
  more: Partial<SendDeps> = {},
): Promise<Run> {
  const sent: OutgoingRecord[] = []
  const topics: string[] = []
  const lines: string[] = []
  const result = await sendReplays(records, {
    producer: {
      async send(batches: readonly OutgoingBatch[]) {
        for (const { topic, records: some } of batches) {
          if (some.some(({ value }) => (value?.length ?? 0) > 1000))
            throw new TributaryError('TRB_RECORD_TOO_LARGE', 'too large')
          topics.push(topic)
          sent.push(...some)
        }
        return Promise.resolve()
      },
    },
    clickhouse: {
      async insertLines(_table, _format, _columns, text) {
        lines.push(...text.toString().trimEnd().split('\n'))
        return Promise.resolve()
      },
    },
    sealer,
    prefix: 't1',
    by: 'ada',
    note: 'the map was mended',
    now: () => new Date('2026-11-23T00:00:00.000Z'),
    readSealed: async (step) =>
      Promise.resolve(kept.filter((one) => step.some(({ place }) => place.offset === one.offset))),
    progress: () => undefined,
    signal: new AbortController().signal,
    ...more,
  })
  return {
    records: sent,
    topics,
    result,
    notes: notesSchema.parse(lines.map((line): unknown => JSON.parse(line))),
  }
}

const headersOf = (record: OutgoingRecord | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(record?.headers ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : Buffer.from(value).toString(),
    ]),
  )

it('ends behind a step that is sent and noted, when it is told to', async () => {
  const told = new AbortController()
  const many = Array.from({ length: 150 }, (_, n) => n)
  const { records, notes, result } = await run(
    many.map((n) => planned(n)),
    many.map((n) => sealed(n, Buffer.from('{'))),
    { progress: () => told.abort(), signal: told.signal },
  )
  expect([records.length, notes.length, result.sent.length]).toEqual([100, 100, 100])
})

describe('a record is sent again', () => {
  it('as it came, with its own headers and those that say what it is', async () => {
    const { records, topics } = await run(
      [planned(1)],
      [
        sealed(1, Buffer.from('{'), {
          trace: 't',
          'tributary-source': 'shop',
          'tributary-topic': 'x',
        }),
      ],
    )
    expect(topics).toEqual(['t1.channel.email.replay'])
    expect(Buffer.from(records[0]?.value ?? []).toString()).toBe('{')
    const headers = headersOf(records[0])
    expect(headers).toMatchObject({
      trace: 't',
      'tributary-source': 'shop',
      'tributary-topic': 'news',
      'tributary-received-at': String(day),
      'tributary-replay-of': 't1.news/3/1',
    })
    expect(readReplay((name) => headers[name])).toMatchObject({ attempt: 2, indexes: [1] })
  })

  it('unpacked when it was packed', async () => {
    const text = Buffer.from('[1]')
    const { records } = await run(
      [planned(1)],
      [sealed(1, gzipSync(text), { [payloadEncodingHeader]: 'gzip' })],
    )
    expect(Buffer.from(records[0]?.value ?? []).toString()).toBe('[1]')
    expect(headersOf(records[0])[payloadEncodingHeader]).toBe(undefined)
  })

  it('and noted once it is acknowledged, with who and why', async () => {
    const kept = [sealed(1, Buffer.from('a')), sealed(2, Buffer.from('b'))]
    const { notes } = await run([planned(1), planned(2)], kept)
    expect(notes).toEqual([
      { offset: 1, attempt: 2, note: 'the map was mended' },
      { offset: 2, attempt: 2, note: 'the map was mended' },
    ])
  })

  it('in steps: what failed halfway was noted as far as it came', async () => {
    const many = Array.from({ length: 150 }, (_, n) => planned(n))
    const kept = many.map((_, n) => sealed(n, Buffer.from('a')))
    const noted: string[] = []
    let sends = 0
    const crash = run(many, kept, {
      producer: {
        async send() {
          sends += 1
          if (sends > 120) throw new TributaryError('TRB_PRODUCER_DEAD', 'gone')
          return Promise.resolve()
        },
      },
      clickhouse: {
        async insertLines(_table, _format, _columns, text) {
          noted.push(...text.toString().trimEnd().split('\n'))
          return Promise.resolve()
        },
      },
    })
    await expect(crash).rejects.toMatchObject({ code: 'TRB_PRODUCER_DEAD' })
    expect(noted).toHaveLength(100)
  })

  it('not in a dry run, which says the same of it', async () => {
    const kept = [sealed(1, Buffer.from('a')), sealed(2, Buffer.from('b'), {}, sealerOf(2))]
    const all = [planned(1), planned(2), planned(3)]
    const dry = await run(all, kept, { producer: null })
    const wet = await run(all, kept)
    expect(dry.records).toEqual([])
    expect(dry.notes).toEqual([])
    expect(dry.result).toEqual(wet.result)
  })

  it('unless it cannot be, which keeps no other', async () => {
    const { result, records } = await run(
      [planned(1), planned(2), planned(3), planned(4)],
      [
        sealed(1, Buffer.from('a'), {}, sealerOf(2)),
        sealed(2, Buffer.alloc(2000)),
        sealed(4, Buffer.from('d')),
      ],
    )
    expect(records).toHaveLength(1)
    expect(result.sent.map(({ place }) => place.offset)).toEqual([4])
    expect(result.notReplayable.map(({ place, why }) => [place.offset, why])).toEqual([
      [1, 'cannot_be_opened'],
      [2, 'too_large'],
      [3, 'no_bytes'],
    ])
  })

  it('from a replay topic to the topic that its own header names', async () => {
    const { records } = await run(
      [{ ...planned(1), target: { channel: 'email', sourceTopic: null } }],
      [sealed(1, Buffer.from('a'), { 'tributary-topic': 'news' })],
    )
    expect(headersOf(records[0])['tributary-topic']).toBe('news')
  })
})
