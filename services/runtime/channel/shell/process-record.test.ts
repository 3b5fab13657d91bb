import { describe, expect, it } from 'vitest'
import { compileDefinition } from '../../definition/compile.ts'
import { pipelineSchema } from '../../definition/schema.ts'
import { definitionVersion, epochMs, offset } from '../../event/ids.ts'
import { createPseudonymiser } from '../../pseudonym/pseudonym.ts'
import type { Entry } from '../core/entry.ts'
import { envelope } from '../core/envelope/envelope.ts'
import { defaultLimits } from '../core/limits.ts'
import { silentTally } from '../core/outcome.ts'
import { type Replay, writeReplay } from '../core/replay.ts'
import type { Vendor } from '../core/source.ts'
import type { DeadLetterDraft } from './dead-letters.ts'
import { decodeJson } from './decode-text.ts'
import { silentMetrics } from './metrics.ts'
import { createRecordProcessor } from './process-record.ts'
import { createRules } from './rules.ts'

const now = epochMs(Date.UTC(2026, 0, 2))
const receivedAt = epochMs(now - 86_400_000)

const clumsy: Vendor = {
  ...envelope,
  name: 'clumsy',
  draft() {
    throw new TypeError('ada@shop.test is not a function')
  },
}

const rules = createRules(
  compileDefinition(
    pipelineSchema.parse({
      purposes: { service: 'Service' },
      sources: [
        { channel: 'web', topics: ['channel.web'], format: 'json', source: 'tributary' },
        { channel: 'web', topics: ['news.import'], format: 'json', source: 'tributary' },
      ],
    }),
    definitionVersion(1),
  ),
  {
    channel: 'web',
    vendors: [envelope, clumsy],
    limits: defaultLimits,
    pseudonymiser: createPseudonymiser(new Uint8Array(32).fill(1)),
    partitions: 4,
    suppressed: () => undefined,
    prefix: '',
    tally: silentTally,
  },
)

const good = (id: string) => ({
  event_id: id,
  source: 'shop',
  type: 'page_viewed',
  occurred_at: '2026-01-01T00:00:00Z',
  identifiers: { user_id: 'u1' },
})

/** What one record becomes: events by index, and dead letters. */
function processed(
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
  entry: Entry = 'live',
) {
  const events: [number, string][] = []
  const letters: DeadLetterDraft[] = []
  const dropped: string[] = []
  const processor = createRecordProcessor({
    limits: defaultLimits,
    metrics: { ...silentMetrics, dropped: (source, reason) => dropped.push(`${source} ${reason}`) },
    deadLetters: {
      encode(letter) {
        letters.push(letter)
        return { key: null, value: null }
      },
    },
    decoder: {
      decode(bytes) {
        const decoded = decodeJson(bytes)
        return 'value' in decoded ? { value: decoded.value, schemaId: null } : decoded
      },
      lookUp: async () => Promise.resolve('known'),
    },
  })
  const topic = entry === 'live' ? 'channel.web' : 'channel.web.replay'
  processor.process(
    {
      offset: offset(99),
      timestamp: now,
      key: null,
      value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]),
      ),
    },
    { topic, partition: 0 },
    entry,
    rules,
    {
      event: (_partition, _offset, index, event) => events.push([index, event.eventId]),
      deadLetter: () => undefined,
    },
  )
  return { events, letters, dropped }
}

const replay = (
  more: Partial<Replay & { sourceTopic: string }> = {},
): Readonly<Record<string, string>> =>
  writeReplay({
    place: { topic: 'channel.web', partition: 3, offset: offset(7) },
    sourceTopic: 'channel.web',
    attempt: 2,
    receivedAt,
    indexes: null,
    history: [],
    ...more,
  })
const first = { attempt: 1, failedAt: receivedAt, stage: 'normalise', reason: 'missing_field' }

describe('a record that is sent again', () => {
  it('takes only the events that it was sent for', () => {
    const { events, letters } = processed(
      [good('a'), good('b'), { event_id: 'c' }, good('d')],
      replay({ indexes: [1, 3] }),
      'replay',
    )
    expect(events).toEqual([
      [1, 'b'],
      [3, 'd'],
    ])
    expect(letters).toEqual([])
  })

  it('that fails again stands for the record that it was made of, with its history and without what the replay added', () => {
    const { letters } = processed(
      [good('a'), { event_id: 'b' }],
      { ...replay({ indexes: [1], history: [{ indexes: [1], attempts: [first] }] }), trace: 't1' },
      'replay',
    )
    expect(letters).toMatchObject([
      {
        topic: 'channel.web',
        partition: 3,
        offset: 7,
        index: 1,
        attempt: 2,
        history: [first],
        receivedAt,
      },
    ])
    expect(Object.keys(letters[0]?.headers ?? {})).toEqual(['trace'])
  })

  it('that cannot be read any more fails for each event that it was sent for, and with the history of the whole', () => {
    const some = processed('{', replay({ indexes: [1, 4] }), 'replay')
    expect(some.letters.map(({ index, reason }) => [index, reason])).toEqual([
      [1, 'invalid_json'],
      [4, 'invalid_json'],
    ])
    const history = [{ indexes: null, attempts: [{ ...first, reason: 'unknown_source' }] }]
    const whole = processed([{ event_id: 'a' }], replay({ history }), 'replay')
    expect(whole.letters).toMatchObject([{ index: 0, history: [{ reason: 'unknown_source' }] }])
  })

  it('loses no event that is not there any more', () => {
    const { letters } = processed([good('a')], replay({ indexes: [0, 5] }), 'replay')
    expect(letters).toMatchObject([{ index: 5, reason: 'unexpected_shape', attempt: 2 }])
    const emptied = processed([], replay({ indexes: [0] }), 'replay')
    expect(emptied.letters).toMatchObject([{ index: 0, reason: 'unexpected_shape', attempt: 2 }])
    expect(emptied.dropped).toEqual([])
  })

  it('is known by its time of receipt, also by one that no event may claim', () => {
    const { letters } = processed('{', replay({ receivedAt: epochMs(1) }), 'replay')
    expect(letters).toMatchObject([{ receivedAt: 1 }])
  })

  it('is only that on our own topic', () => {
    const { events, letters } = processed([good('a'), {}], replay({ indexes: [0] }))
    expect(events).toHaveLength(1)
    expect(letters).toMatchObject([{ offset: 99, index: 1, attempt: 1, history: [] }])
  })

  it('of a topic of the company that is called an import is no import of ours', () => {
    const { events } = processed([good('a')], replay({ sourceTopic: 'news.import' }), 'replay')
    expect(events).toEqual([[0, 'a']])
  })
})

it('a record without any event is a drop of its own, so that it does not vanish', () => {
  for (const empty of [[], '[]', ' [ ] '])
    expect(processed(empty)).toEqual({ events: [], letters: [], dropped: ['tributary no_events'] })
  expect(processed([good('a')]).dropped).toEqual([])
})

it('a dead letter’s detail that would quote somebody’s address is left out', () => {
  const { letters } = processed({ ...good('a'), identifiers: { 'ada@shop.test': 2 ** 60 } })
  expect(letters).toMatchObject([
    { reason: 'unsafe_number', detail: 'left out here: it would name a person' },
  ])
})

describe('a record never stops its partition', () => {
  it('when a normaliser throws: it is a dead letter that quotes nothing, and can be sent again', () => {
    const { letters } = processed([good('a')], { 'tributary-source': 'clumsy' })
    expect(letters).toMatchObject([
      { index: null, stage: 'normalise', reason: 'normaliser_failed', source: 'clumsy' },
    ])
    expect(letters[0]?.detail).toMatch(/^TypeError at process-record\.test\.ts:\d+$/)
  })

  it('when its headers are too large for a dead letter: the small ones are kept', () => {
    const { letters } = processed('{', { huge: 'x'.repeat(900_000), trace: 't1' })
    expect(Object.keys(letters[0]?.headers ?? {})).toEqual(['trace'])
    expect(letters[0]?.detail).toContain('1 of its headers are too large to keep')
  })

  it('when thousands of its events fail: only the first carry its bytes and headers', () => {
    const many = Array.from({ length: 3000 }, () => ({}))
    const { letters } = processed(many, { trace: 'x'.repeat(1000) })
    expect(letters).toHaveLength(3000)
    const bytes = letters.reduce(
      (sum, { payload, headers }) => sum + payload.length + (headers['trace']?.length ?? 0),
      0,
    )
    expect(bytes).toBeLessThanOrEqual(256 * 1024)
    expect(letters[0]?.payload.length).toBeGreaterThan(0)
    expect(letters.at(-1)?.detail).toContain('its bytes are with the first of this record')
  })
})

const purposes = (letter: string) =>
  Object.fromEntries(
    Array.from({ length: 450 }, (_, n) => [`${letter.repeat(250)}${n}`, 'granted'] as const),
  )

describe('a record of texts that take more bytes than letters', () => {
  it('costs the event that no frame holds, and no other', () => {
    const { events, letters } = processed([
      good('a'),
      { ...good('b'), consent: purposes('\u0001') },
      { ...good('c'), consent: purposes('c') },
    ])
    expect(events.map(([, id]) => id)).toEqual(['a', 'c'])
    expect(letters).toMatchObject([{ index: 1, stage: 'validate', reason: 'event_too_large' }])
  })
})
