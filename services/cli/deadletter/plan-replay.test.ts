import { describe, expect, it } from 'vitest'
import { pipelineSchema } from '#runtime/definition/schema.ts'
import { offset } from '#runtime/event/ids.ts'
import { planReplay, type ReplayPlan } from './plan-replay.ts'
import type { ChosenLetter } from './read-letters.ts'
import { createTargets } from './replay-target.ts'

const at = (second: number): string => new Date(second * 1000).toISOString()

const letter = (more: Partial<ChosenLetter> = {}): ChosenLetter => ({
  topic: 't1.news',
  partition: 0,
  offset: offset(7),
  index: null,
  status: 'open',
  stage: 'decode',
  reason: 'invalid_json',
  detail: 'no JSON',
  source: 'sendgrid',
  schemaId: null,
  receivedAt: at(1),
  failedAt: at(2),
  firstFailedAt: at(2),
  attempt: 1,
  lastAttempt: 1,
  history: [],
  replayedAt: null,
  replayedBy: null,
  note: null,
  matches: true,
  ...more,
})

const definition = pipelineSchema.parse({
  purposes: { service: 'Service' },
  sources: [
    { channel: 'email', topics: ['news', 'both'], format: 'json', source: 'sendgrid' },
    { channel: 'web', topics: ['/^shop\\..*$/', 'both'], format: 'json', source: 'segment' },
  ],
})
const targetOf = createTargets(definition, 't1')
const plan = (...letters: readonly ChosenLetter[]): ReplayPlan => planReplay(letters, targetOf)
const first = { attempt: 1, failedAt: 2000, stage: 'decode', reason: 'invalid_json' }

describe('a replay is planned so that', () => {
  it('a record goes once, for all of its letters that are meant, and asks for their events only', () => {
    const { records } = plan(
      letter({ index: 9, stage: 'validate', reason: 'missing_time' }),
      letter({ index: 2 }),
      letter({ index: 5, matches: false }),
    )
    expect(records).toHaveLength(1)
    expect(records[0]?.replay.indexes).toEqual([2, 9])
    expect(records[0]?.letters.map(({ index }) => index)).toEqual([9, 2])
  })

  it('a record that failed as a whole goes as a whole, and settles what was said of its events', () => {
    const { records } = plan(letter(), letter({ index: 3, matches: false, attempt: 2 }))
    expect(records[0]?.replay.indexes).toBe(null)
    expect(records[0]?.letters.map(({ index }) => index)).toEqual([null, 3])
  })

  it('the try is counted by record, beyond all that were made', () => {
    const { records } = plan(
      letter({ index: 1, lastAttempt: 2 }),
      letter({ index: 2, attempt: 4, lastAttempt: 4, matches: false }),
    )
    expect(records[0]?.replay.attempt).toBe(5)
  })

  it('each event takes its past along, and equal pasts are told once', () => {
    const { records } = plan(
      letter({ index: 0 }),
      letter({ index: 1 }),
      letter({
        index: 2,
        attempt: 2,
        lastAttempt: 2,
        failedAt: at(9),
        reason: 'missing_field',
        stage: 'normalise',
        history: [{ attempt: 1, failed_at: at(2), stage: 'decode', reason: 'invalid_json' }],
      }),
    )
    expect(records[0]?.replay.history).toEqual([
      { indexes: [0, 1], attempts: [first] },
      {
        indexes: [2],
        attempts: [
          first,
          { attempt: 2, failedAt: 9000, stage: 'normalise', reason: 'missing_field' },
        ],
      },
    ])
  })

  it('a place of a topic that was created anew is another record', () => {
    const { records } = plan(letter({ index: 0 }), letter({ index: 1, receivedAt: at(50) }))
    expect(records.map(({ replay }) => replay.indexes)).toEqual([[0], [1]])
  })

  it('what cannot be sent again is told with its cause', () => {
    const causes = plan(
      letter({ topic: 't1.gone' }),
      letter({ topic: 't1.profile.log', stage: 'fold', reason: 'misrouted' }),
      letter({ reason: 'empty_record' }),
      letter({ offset: offset(8), attempt: 65_535, lastAttempt: 65_535 }),
    ).notReplayable.map(({ why }) => why)
    expect(causes).toEqual(['no_source', 'internal_message', 'empty_record', 'too_many_attempts'])
  })
})

const target = (topic: string, source: string | null = null): ReturnType<typeof targetOf> =>
  targetOf({ topic, source })

describe('the channel of a record', () => {
  it('is that of the source that reads its topic, a pattern included', () => {
    expect(target('t1.news')).toEqual({ channel: 'email', sourceTopic: 'news' })
    expect(target('t1.shop.de')).toEqual({ channel: 'web', sourceTopic: 'shop.de' })
  })

  it('is that of its own source where two read the topic', () => {
    expect(target('t1.both', 'segment')).toMatchObject({ channel: 'web' })
    expect(target('t1.both', 'sendgrid')).toMatchObject({ channel: 'email' })
    expect(target('t1.both')).toMatchObject({ channel: 'email' })
  })

  it('is in the name of our own topics', () => {
    expect(target('t1.channel.crm.import')).toEqual({
      channel: 'crm',
      sourceTopic: 'channel.crm.import',
    })
    expect(target('t1.channel.crm.replay')).toEqual({ channel: 'crm', sourceTopic: null })
    expect(target('t1.profile.log.2')).toBe('internal_message')
  })
})
