import { describe, expect, it } from 'vitest'
import { testIdentity } from '../../../../test/support/channel/golden.ts'
import { definitionVersion, epochMs, offset } from '../../event/ids.ts'
import type { JsonValue } from '../../event/event.ts'
import { createNormaliser } from '../shell/create-normaliser.ts'
import type { DeadLetterDraft } from '../shell/dead-letters.ts'
import { silentMetrics } from '../shell/metrics.ts'
import { createRecordProcessor } from '../shell/process-record.ts'
import { envelope } from './envelope/envelope.ts'
import { type ChannelLimits, defaultLimits } from './limits.ts'
import type { Outcome } from './outcome.ts'
import { plainSource } from './settings.ts'

const receivedAt = epochMs(Date.UTC(2026, 0, 2))
const normaliser = createNormaliser({
  vendors: [envelope],
  definition: { identity: testIdentity },
})
const event = {
  event_id: 'e',
  type: 'page_viewed',
  occurred_at: '2026-01-01T00:00:00Z',
  identifiers: { user_id: 'u' },
}
const outcomes = (record: unknown): readonly Outcome[] =>
  normaliser.normalise(record, plainSource('web', 'tributary'), receivedAt)
const fate = (changes: object): string => {
  const [outcome] = outcomes({ ...event, ...changes })
  return outcome?.outcome === 'dead_letter' ? outcome.reason : (outcome?.outcome ?? 'nothing')
}

const text = (length: number): string => 'x'.repeat(length)
const named = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`n${n}`, n]))
function nested(depth: number): JsonValue {
  let value: JsonValue = 1
  for (let level = 0; level < depth; level++) value = { a: value }
  return value
}
/** Texts that are each within their own limit. */
const muchText = (total: number): Record<string, string> => {
  const out: Record<string, string> = {}
  // Names of two letters count as well.
  for (let left = total, n = 10; left > 0; n++) {
    const length = Math.min(left - 2, 16_000)
    out[`${n}`] = text(length)
    left -= length + 2
  }
  return out
}

interface Case {
  readonly limit: keyof ChannelLimits
  readonly reason: string
  readonly make: (size: number) => object
}

const cases: readonly Case[] = [
  {
    limit: 'identifiersPerEventMax',
    reason: 'too_many_identifiers',
    make: (size) => ({
      identifiers: { user_id: Array.from({ length: size }, (_, n) => `user-${n}`) },
    }),
  },
  {
    limit: 'identifierLengthMax',
    reason: 'identifier_too_long',
    make: (size) => ({ identifiers: { user_id: `u${text(size - 1)}` } }),
  },
  {
    limit: 'eventIdLengthMax',
    reason: 'event_id_too_long',
    make: (size) => ({ event_id: text(size) }),
  },
  {
    limit: 'stringLengthMax',
    reason: 'string_too_long',
    make: (size) => ({ properties: { note: text(size) } }),
  },
  {
    limit: 'stringLengthMax',
    reason: 'string_too_long',
    make: (size) => ({ traits: { note: text(size) } }),
  },
  {
    limit: 'depthMax',
    reason: 'too_deep',
    make: (size) => ({ properties: { deep: nested(size) } }),
  },
  {
    limit: 'valuesPerEventMax',
    reason: 'event_too_large',
    // The list itself is a value.
    make: (size) => ({ properties: { list: Array.from({ length: size - 1 }, () => 1) } }),
  },
  {
    limit: 'textPerEventMax',
    reason: 'event_too_large',
    make: (size) => ({ properties: { texts: muchText(size) } }),
  },
  {
    limit: 'nameLengthMax',
    reason: 'string_too_long',
    make: (size) => ({ properties: { [text(size)]: 1 } }),
  },
  {
    limit: 'namesPerEventMax',
    reason: 'event_too_large',
    make: (size) => ({ traits: named(size) }),
  },
]

describe('each limit of an event lets through what reaches it, and refuses what passes it', () => {
  it.each(cases)('$limit: $reason', ({ limit, reason, make }) => {
    expect(fate(make(defaultLimits[limit]))).toBe('ok')
    expect(fate(make(defaultLimits[limit] + 1))).toBe(reason)
  })

  it('futureToleranceMs and oldestEventMs: times', () => {
    const latest = receivedAt + defaultLimits.futureToleranceMs
    expect(fate({ occurred_at: latest })).toBe('ok')
    expect(fate({ occurred_at: latest + 1 })).toBe('future_event_time')
    expect(fate({ occurred_at: defaultLimits.oldestEventMs })).toBe('ok')
    expect(fate({ occurred_at: defaultLimits.oldestEventMs - 1 })).toBe('ancient_event_time')
  })
})

it('eventsPerRecordMax: a record of more events is one dead letter, not as many', () => {
  const most = Array.from({ length: defaultLimits.eventsPerRecordMax }, () => event)
  expect(outcomes(most)).toHaveLength(10_000)
  expect(outcomes([...most, event])).toMatchObject([
    { outcome: 'dead_letter', index: null, reason: 'too_many_events' },
  ])
})

it('recordBytesMax: a larger record is refused before anybody decodes it', () => {
  const letters: DeadLetterDraft[] = []
  let decoded = 0
  const processor = createRecordProcessor({
    limits: defaultLimits,
    metrics: silentMetrics,
    deadLetters: {
      encode(letter) {
        letters.push(letter)
        return { key: null, value: null }
      },
    },
    decoder: {
      decode() {
        decoded += 1
        return { reject: 'invalid_json', detail: 'looked at' }
      },
      lookUp: async () => Promise.resolve('known'),
    },
  })
  const source = {
    settings: plainSource('web', 'tributary'),
    format: 'json',
    csv: { delimiter: ',', columns: null },
    topics: [],
  } as const
  const process = (bytes: number): void => {
    processor.process(
      {
        offset: offset(1),
        timestamp: receivedAt,
        key: null,
        value: Buffer.alloc(bytes, 32),
        headers: {},
      },
      { topic: 'channel.web', partition: 0 },
      'live',
      {
        version: definitionVersion(0),
        engine: { process: () => [] },
        topics: [],
        importSource: source,
        sourceOf: () => source,
        detected: () => source,
      },
      { event: () => undefined, deadLetter: () => undefined },
    )
  }
  process(defaultLimits.recordBytesMax)
  expect(decoded).toBe(1)
  process(defaultLimits.recordBytesMax + 1)
  expect(decoded).toBe(1)
  expect(letters.map(({ reason }) => reason)).toEqual(['invalid_json', 'record_too_large'])
})
