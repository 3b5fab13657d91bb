import { describe, expect, it } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import { createMemoryKafka } from '#runtime/kafka/memory/client.ts'
import { placeOfVersion, rowVersion } from '#runtime/log/version.ts'
import { logNames, rawSpot, spotOfVersion } from './names.ts'
import { parseWhat, spotText } from './parse-what.ts'
import { printTrace } from './print-trace.ts'
import { createLogReader } from './read-log.ts'
import { trace } from './trace.ts'
import type { TraceView } from './trace-view.ts'

const profile = '00000000-0000-5000-8000-000000000001'

describe('what is traced', () => {
  it('is a record, an event or message of it, a row of a profile, or an event by its id', () => {
    const spot = { kind: 'spot', topic: 'channel.web', partition: 3, offset: 12, index: null }
    expect(parseWhat('channel.web:3:12')).toEqual(spot)
    expect(parseWhat('channel.web/3/12')).toEqual(spot)
    expect(parseWhat('channel.web:3:12:4')).toEqual({ ...spot, index: 4 })
    expect(parseWhat(`profile:${profile}`)).toEqual({ kind: 'profile', profile, version: null })
    expect(parseWhat(`profile:${profile}:77`)).toMatchObject({ version: '77' })
    expect(parseWhat('event:a:b/c')).toEqual({ kind: 'event', eventId: 'a:b/c' })
  })

  it('is refused with the forms that there are', () => {
    for (const wrong of ['channel.web', 'channel.web:x:1', 'profile:nobody', 'event:', ''])
      expect(() => parseWhat(wrong)).toThrow('is nothing that can be traced')
  })
})

describe('places', () => {
  it('come out of a version as they went in', () => {
    for (const place of [
      { generation: 0, offset: 0, index: 0 },
      { generation: 3, offset: 2 ** 40 - 1, index: 65_535 },
      { generation: 255, offset: 123_456_789_012, index: 7 },
    ])
      expect(placeOfVersion(rowVersion(place.generation, place.offset, place.index))).toEqual(place)
  })

  it('name the log of their generation, under the installation’s prefix', () => {
    const names = logNames('shop')
    const spot = spotOfVersion(rowVersion(2, 40, 5), 1, names)
    expect(spotText(spot)).toBe('shop.profile.log.2:1:40:5')
    expect(names.kindOf(spot.topic)).toEqual({ log: 'profiles', generation: 2 })
    expect(names.kindOf('shop.identity.links')).toEqual({ log: 'links', generation: 0 })
    expect(names.kindOf('shop.channel.web')).toBe(null)
  })

  it('are read from the origin of a row', () => {
    expect(rawSpot('raw/shop.channel.web/991/3', 12, 4)).toEqual({
      topic: 'shop.channel.web',
      partition: 3,
      offset: 12,
      index: 4,
    })
    expect(rawSpot('links', 1, 1)).toBe(null)
  })
})

describe('a place of which nothing is known', () => {
  const topic = 'channel.web'
  const traced = async (spot: string): Promise<TraceView> => {
    const kafka = createMemoryKafka({ now: () => epochMs(0) })
    kafka.broker.createTopic({ topic, partitions: 2, replicationFactor: 1, config: {} })
    const client = kafka.client()
    return trace(spot, parseWhat(spot), {
      clickhouse: { query: async () => Promise.resolve([]) },
      log: createLogReader(await client.admin(), () => client.reader()),
      names: logNames(''),
      generation: 0,
    })
  }

  it('is said not to be in the log, where its partition is there', async () => {
    expect((await traced('channel.web:1:7')).raw).toMatchObject([{ in_log: false }])
  })

  it('is not found, where there is no such partition or topic', async () => {
    await expect(traced('channel.web:99:1')).rejects.toMatchObject({
      code: 'TRB_NOT_FOUND',
      exitCode: 1,
      message: 'channel.web has no partition 99, only 0 to 1',
    })
    await expect(traced('channel.wep:0:1')).rejects.toThrow('there is no topic channel.wep')
    await expect(traced('profile.log.7:0:1')).rejects.toMatchObject({ code: 'TRB_NOT_FOUND' })
  })
})

it('is shown from the raw record to the rows, and says when nothing came of it', () => {
  const empty = { asked: 'w:0:1', raw: [], frames: [], events: [], dead_letters: [], replays: [] }
  expect(printTrace(empty)).toContain('no event and no dead letter of it')
  const shown = printTrace({
    ...empty,
    raw: [
      {
        place: 'w:0:1',
        in_log: true,
        received_at: '2026-03-01T12:00:00.000Z',
        bytes: 9,
        headers: [],
        replay_of: null,
        traceparent: null,
      },
    ],
    dead_letters: [
      {
        correlation_id: 'w:0:1:2',
        status: 'open',
        stage: 'normalise',
        reason: 'missing_field',
        attempt: 1,
        failed_at: '2026-03-01T12:00:01.000Z',
      },
    ],
  })
  expect(shown).toBe(`w:0:1  raw record of 9 bytes, received 2026-03-01T12:00:00.000Z
  w:0:1:2  dead letter: missing_field (normalise), open, try 1, 2026-03-01T12:00:01.000Z
`)
})
