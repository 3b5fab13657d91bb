/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RoutedEvent } from '#runtime/event/event.ts'
import { epochMs, type FragmentId, offset } from '#runtime/event/ids.ts'
import type { CommandRecord, LinkRecord } from '#runtime/log/links.ts'
import { comparePositions, originKey } from '#runtime/log/messages.ts'
import type { FedLink } from '../../generations.ts'
import type { RawRecord } from '../ports.ts'
import { framesOfRaw } from './raw-frames.ts'
import { behind, countBetween, later, rawSlicesOf } from './raw-slices.ts'
import { createWordFinder, lostWords, translate } from './words.ts'

const id = (name: string): FragmentId => `user_id:${name}` as FragmentId

const command = (
  action: CommandRecord['action'],
  fragments: readonly string[],
  commandId = 'c',
): CommandRecord => ({
  kind: 'command',
  commandId,
  at: epochMs(99_999),
  by: 'ops',
  reason: '',
  action,
  fragments: fragments.map(id),
})
const link = (receivedAt: number): LinkRecord =>
  ({ kind: 'link', receivedAt: epochMs(receivedAt) }) as LinkRecord
const fed = (at: number, record: FedLink['record']): FedLink => ({
  offset: offset(at),
  key: `key-${at}`,
  record,
})

describe('what operators have said', () => {
  it('was said after everything that was received before it in the log, whatever their own clock says', () => {
    const wordOf = createWordFinder()
    const log = [
      fed(0, command('erase', ['a'])),
      fed(1, link(20)),
      fed(2, link(10)),
      fed(3, command('split', ['a'])),
      fed(4, link(30)),
      fed(5, command('merge', ['a', 'b'])),
    ]
    const words = log.flatMap((one) => wordOf(one) ?? [])
    expect(words.map((word) => [word.offset, word.after, word.key])).toEqual([
      [0, 0, 'key-0'],
      [3, 20, 'key-3'],
      [5, 30, 'key-5'],
    ])
  })

  const names = new Map([
    [id('a'), id('A')],
    [id('b'), id('B')],
  ])

  it('is said again with the new names of those who were met; of a merge two must be', () => {
    expect(translate(command('merge', ['a', 'b', 'c']), names)?.fragments).toEqual(
      ['A', 'B'].map(id),
    )
    expect(translate(command('merge', ['a', 'c']), names)).toBeNull()
    expect(translate(command('split', ['a', 'c']), names)?.fragments).toEqual([id('A')])
    expect(translate(command('split', ['c']), names)).toBeNull()
    const { fragments: _, ...rest } = command('unsplit', ['b'])
    expect(translate(command('unsplit', ['b']), names)).toMatchObject(rest)
  })

  it('is listed where it can not be, or not whole; of an erasure nothing is lost', () => {
    const words = [
      command('merge', ['a', 'b'], 'whole'),
      command('merge', ['a', 'b', 'c'], 'partly'),
      command('split', ['c', 'd'], 'gone'),
      command('erase', ['c'], 'erased'),
    ].map((one, at) => ({ offset: at, key: '', after: epochMs(0), said: one }))
    expect(
      lostWords(words, names).map((word) => [
        word.command_id,
        word.named,
        word.unknown,
        word.partly,
      ]),
    ).toEqual([
      ['partly', 3, 1, true],
      ['gone', 2, 2, false],
    ])
  })
})

const record = (
  n: number,
  logTime: number,
  partition: number,
  homes: readonly number[],
): RawRecord => ({
  topic: 'channel.web',
  partition,
  offset: offset(n),
  origin: { kind: 'raw', topic: 'channel.web', incarnation: 7, partition },
  logTime: epochMs(logTime),
  events: homes.map((home, index) => ({
    index,
    partition: home,
    event: { eventId: `${partition}/${n}/${index}` } as RoutedEvent,
  })),
})

const byEvent = (a: { readonly event: string }, b: { readonly event: string }): number =>
  a.event < b.event ? -1 : 1

/** Records in the order of their time, each partition with offsets of its own. */
const anyRecords = fc
  .array(fc.tuple(fc.nat(5), fc.nat(2), fc.array(fc.nat(3), { maxLength: 4 })), { maxLength: 60 })
  .map((drawn) => {
    let time = 0
    const next = [0, 0, 0]
    return drawn.map(([gap, partition, homes]) => {
      time += gap
      const at = next[partition] ?? 0
      next[partition] = at + 1
      return record(at, time, partition, homes)
    })
  })

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  await Promise.resolve()
  yield* items
}

describe('slices of raw records', () => {
  it('one after another are the records; none goes beyond its bounds or past what an operator said', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyRecords,
        fc.nat(40),
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.nat(150), { maxLength: 5 }),
        async (records, sliceMs, sliceEvents, said) => {
          const words = said.toSorted((a, b) => a - b)
          const found: RawRecord[] = []
          const slices = rawSlicesOf(
            from(records),
            { sliceMs, sliceEvents },
            (time) => words.find((word) => word >= time) ?? Number.POSITIVE_INFINITY,
          )
          for await (const slice of slices) {
            const [{ logTime: start }] = slice
            const end = slice.at(-1)?.logTime ?? start
            expect(end - start).toBeLessThanOrEqual(sliceMs)
            // What was said is said between two slices.
            for (const word of words) expect(start <= word && word < end).toBe(false)
            const before = slice.slice(0, -1)
            const size = before.reduce((sum, { events }) => sum + Math.max(events.length, 1), 0)
            expect(size).toBeLessThan(sliceEvents)
            found.push(...slice)
          }
          expect(found).toEqual(records)
        },
      ),
    )
  })
})

describe('frames of raw records', () => {
  it('carry each event to its home under its own place, in the order of its partition, at the time of its record', () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const sent = framesOfRaw(records)
        const told = sent.flatMap(({ partition: home, frame }) =>
          frame.messages.map(({ position, body }) => ({
            home,
            logTime: frame.logTime,
            origin: frame.origin === null ? '' : originKey(frame.origin),
            position,
            event: body.kind === 'event' ? body.event.eventId : '',
          })),
        )
        const expected = records.flatMap(({ partition, offset: at, logTime, events }) =>
          events.map(({ index, partition: home, event }) => ({
            home,
            logTime,
            origin: `raw/channel.web/7/${partition}`,
            position: [at, index, 0],
            event: event.eventId,
          })),
        )
        expect(told.toSorted(byEvent)).toEqual(expected.toSorted(byEvent))
        const streams = Object.values(
          Object.groupBy(told, ({ home, origin }) => `${home} ${origin}`),
        )
        for (const stream of streams) {
          const positions = (stream ?? []).map(({ position }) => position)
          expect(positions.toSorted(comparePositions)).toEqual(positions)
        }
      }),
    )
  })
})

describe('offsets of raw topics', () => {
  it('behind some records lies where reading goes on, and never before where it was', () => {
    fc.assert(
      fc.property(anyRecords, fc.nat(60), (records, cut) => {
        const start = { 'channel.web': [0, 0, 0] }
        const first = behind(start, records.slice(0, cut))
        const all = behind(first, records)
        const left = records.filter(
          ({ partition, offset: at }) => at >= (first['channel.web']?.[partition] ?? 0),
        )
        expect(left).toEqual(records.slice(cut))
        expect(countBetween(first, all)).toBe(left.length)
        expect(later(first, all)).toEqual(all)
        expect(later(all, first)).toEqual(all)
      }),
    )
  })

  it('a topic or a partition that only one side knows is in both', () => {
    expect(later({ a: [1, 5] }, { a: [3], b: [2] })).toEqual({ a: [3, 5], b: [2] })
    expect(behind({}, [record(4, 0, 2, [])])).toEqual({ 'channel.web': [0, 0, 5] })
    expect(countBetween({ a: [4] }, { a: [2, 3], b: [1] })).toBe(4)
  })
})
