import { describe, expect, it } from 'vitest'
import { isTributaryError } from '#runtime/errors/index.ts'
import { parseLetterPlace, parseWhere } from './parse-where.ts'
import { conditionOf } from './select-letters.ts'

const now = new Date('2026-11-23T12:00:00.000Z')
const everything = {
  stage: null,
  reason: null,
  source: null,
  topic: null,
  status: null,
  schema: null,
  place: null,
  since: null,
  until: null,
}

/** Code, message and hint of what is thrown. */
function refusal(...terms: readonly string[]): string {
  try {
    parseWhere(terms, now)
  } catch (error) {
    if (isTributaryError(error, 'TRB_USAGE')) return `${error.message} | ${error.hint}`
    throw error
  }
  return 'accepted'
}

describe('--where', () => {
  it('without terms means everything', () => {
    expect(parseWhere([], now)).toEqual(everything)
  })

  it('takes lists and repetitions of a key as alternatives', () => {
    const where = parseWhere(
      ['reason=invalid_json,missing_field', 'reason = missing_time', 'source=sendgrid'],
      now,
    )
    expect(where).toEqual({
      ...everything,
      reason: ['invalid_json', 'missing_field', 'missing_time'],
      source: ['sendgrid'],
    })
  })

  it('knows the reasons and stages of the fold as well', () => {
    expect(parseWhere(['stage=fold', 'reason=misrouted'], now).reason).toEqual(['misrouted'])
  })

  it('takes times as days, moments and spans back from now', () => {
    const { since, until } = parseWhere(['since=2026-11-01', 'until=1h'], now)
    expect(since).toEqual(new Date('2026-11-01T00:00:00.000Z'))
    expect(until).toEqual(new Date('2026-11-23T11:00:00.000Z'))
  })

  it('names a record, or one event of it, by its place', () => {
    expect(parseWhere(['place=t1.channel.web/3/12,channel.web/0/7/4'], now).place).toEqual([
      { topic: 't1.channel.web', partition: 3, offset: 12, index: 'all' },
      { topic: 'channel.web', partition: 0, offset: 7, index: 4 },
    ])
    expect(() => parseLetterPlace('channel.web')).toThrow('no place of a record')
  })

  it('takes a place as trace prints it', () => {
    expect(parseLetterPlace('channel.web:2:590')).toEqual(parseLetterPlace('channel.web/2/590'))
    expect(parseWhere(['place=channel.web:2:590:1'], now).place).toEqual([
      { topic: 'channel.web', partition: 2, offset: 590, index: 1 },
    ])
  })

  it('says what is valid where something is not', () => {
    expect(refusal('colour=red')).toMatch(/colour.*\| Keys: stage, reason, source, topic/)
    expect(refusal('reason=bad_json')).toMatch(/no such reason \| .*invalid_json/)
    expect(refusal('status=done')).toMatch(/open, replayed, failed_again/)
    expect(refusal('stage=decode,fall')).toMatch(/no such stage \| .*decode, normalise/)
    expect(refusal('reason')).toMatch(/is no key=value/)
    expect(refusal('source=')).toMatch(/has no value/)
    expect(refusal('source=a,,b')).toMatch(/empty value/)
    expect(refusal('since=soon')).toMatch(/no time/)
    expect(refusal('since=1d', 'since=2d')).toMatch(/given twice/)
    expect(refusal('since=1d', 'until=2d')).toMatch(/not before until/)
    expect(refusal('schema=v1')).toMatch(/no schema id/)
    expect(refusal('place=web')).toMatch(/no place/)
  })
})

describe('as a condition', () => {
  it('keeps values out of the text', () => {
    const { sql, params } = conditionOf(
      parseWhere(['source=o’brien,unknown', 'since=2026-11-01', 'place=a/1/2/3'], now),
      '',
    )
    expect(sql).not.toMatch(/brien|2026/)
    expect(Object.values(params)).toContainEqual(['o’brien', ''])
  })

  it('knows a topic with and without the prefix', () => {
    const { params } = conditionOf(parseWhere(['topic=channel.web'], now), 't1')
    expect(params['where_topic']).toEqual(['channel.web', 't1.channel.web'])
  })

  it('of nothing holds always', () => {
    expect(conditionOf(parseWhere([], now), '').sql).toBe('1')
  })
})
