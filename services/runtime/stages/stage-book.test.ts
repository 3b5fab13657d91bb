import { describe, expect, it } from 'vitest'
import { epochMs } from '../event/ids.ts'
import { createStageBook, type StageBook, type StageReading } from './stage-book.ts'

const at = { topic: 'profile.log', partition: 2 }
const noon = 1_000_000
const taken = (first: number, last: number, high: number) => ({
  first: { offset: first, at: epochMs(noon + first) },
  last: { offset: last, at: epochMs(noon + last) },
  high,
  timeFrom: (offset: number) => epochMs(noon + Math.min(offset, last)),
})

/** Without what a test does not look at. */
const brief = (readings: readonly StageReading[]): readonly object[] =>
  readings.map(({ stage, records, oldest }) => ({ stage, records, oldest: oldest?.offset ?? null }))

function assigned(position: number | null): StageBook {
  const book = createStageBook()
  book.assigned(at, 'profiles', position)
  return book
}

describe('what waits', () => {
  it('is unknown until somebody said where the log ends and where reading is', () => {
    const book = assigned(null)
    expect(book.read()).toEqual([])
    book.logEnds(at, 9)
    expect(book.read()).toEqual([])
    book.startsAt(at, 4)
    expect(book.read()[0]).toMatchObject({ stage: 'profiles', records: 5, oldest: null })
  })

  it('is a batch in work and all behind it, the first record of the batch as the oldest', () => {
    const book = assigned(4)
    book.began(at, taken(4, 7, 20))
    expect(brief(book.read())).toEqual([
      { stage: 'profiles', records: 16, oldest: 4 },
      { stage: 'clickhouse', records: 0, oldest: null },
    ])
  })

  it('moves with what is committed; in a backlog what comes next is as old as what was read last', () => {
    const book = assigned(4)
    book.began(at, taken(4, 7, 20))
    book.moved(at, 6)
    book.ended(at)
    expect(book.read()[0]).toMatchObject({
      records: 14,
      oldest: { offset: 6, at: noon + 6 },
    })
    book.began(at, taken(6, 19, 20))
    book.moved(at, 20)
    book.ended(at)
    expect(brief(book.read())[0]).toEqual({ stage: 'profiles', records: 0, oldest: null })
  })

  it('stays where it is when a batch came to nothing', () => {
    const book = assigned(4)
    book.began(at, taken(4, 7, 8))
    book.ended(at)
    expect(book.read()[0]).toMatchObject({ records: 4, oldest: { offset: 4 } })
  })

  it('waits at clickhouse while rows are not stored, and behind it at the stage', () => {
    const book = assigned(4)
    book.began(at, taken(4, 7, 10))
    book.entered(at, 'clickhouse', noon)
    expect(brief(book.read())).toEqual([
      { stage: 'profiles', records: 2, oldest: 8 },
      { stage: 'clickhouse', records: 4, oldest: 4 },
    ])
    book.left(at, 'clickhouse', 1)
    expect(brief(book.read())[0]).toEqual({ stage: 'profiles', records: 6, oldest: 4 })
  })

  it('waits at clickhouse though its batch is over and the next is in work', () => {
    const book = assigned(4)
    book.began(at, taken(4, 7, 20))
    book.entered(at, 'clickhouse', noon)
    book.ended(at)
    book.began(at, taken(8, 9, 20))
    const whileFolding = brief(book.read())
    expect(whileFolding).toEqual([
      { stage: 'profiles', records: 12, oldest: 8 },
      { stage: 'clickhouse', records: 4, oldest: 4 },
    ])
    book.ended(at)
    expect(brief(book.read())).toEqual([
      { stage: 'profiles', records: 10, oldest: 10 },
      { stage: 'clickhouse', records: 6, oldest: 4 },
    ])
    book.left(at, 'clickhouse', 1)
    book.moved(at, 8)
    book.entered(at, 'clickhouse', noon)
    expect(brief(book.read())).toEqual([
      { stage: 'profiles', records: 10, oldest: 10 },
      { stage: 'clickhouse', records: 2, oldest: 8 },
    ])
    expect(book.read()[1]?.oldest?.at).toBe(noon + 8)
    book.left(at, 'clickhouse', 1)
    book.moved(at, 10)
    expect(brief(book.read())[0]).toEqual({ stage: 'profiles', records: 10, oldest: 10 })
  })

  it('is as old as the oldest batch that is remembered, of very many that wait to be stored', () => {
    const book = assigned(0)
    book.began(at, taken(0, 0, 1000))
    book.entered(at, 'clickhouse', noon)
    book.ended(at)
    for (let offset = 1; offset < 300; offset += 1) {
      book.began(at, taken(offset, offset, 1000))
      book.ended(at)
    }
    book.moved(at, 2)
    expect(book.read()[1]?.oldest).toEqual({ offset: 2, at: noon + 44 })
  })

  it('is asked for when nothing is read though the log grows, and known from then on', () => {
    const book = assigned(4)
    book.logEnds(at, 6)
    expect(book.open()).toEqual([{ ...at, position: 4, unknownSince: 4 }])
    book.waitsSince(at, { offset: 4, at: epochMs(noon) })
    expect(book.open()[0]?.unknownSince).toBe(null)
    expect(book.read()[0]?.oldest).toEqual({ offset: 4, at: noon })
  })

  it('counts events as many a record as were read so far', () => {
    const book = assigned(0)
    book.began(at, taken(0, 1, 6))
    expect(book.read()[0]?.events).toBe(null)
    book.counted(at, 2, 5)
    expect(book.read()[0]?.events).toBe(15)
  })

  it('is nobody’s business here once the partition is lost', () => {
    const book = assigned(0)
    book.logEnds(at, 5)
    book.lost(at)
    expect(book.read()).toEqual([])
  })
})

describe('where the time went', () => {
  it('is told once: between two reports, a running step up to now', () => {
    const book = assigned(0)
    book.began(at, taken(0, 1, 2))
    book.spent(at, 'fold', 0.25)
    book.entered(at, 'clickhouse', noon)
    const steps = (now: number): object => Object.fromEntries(book.report(now)[0]?.steps ?? [])
    expect(steps(noon + 2000)).toEqual({ fold: 0.25, clickhouse: 2 })
    expect(steps(noon + 5000)).toEqual({ clickhouse: 3 })
    book.left(at, 'clickhouse', 5.5)
    expect(steps(noon + 9000)).toEqual({ clickhouse: 0.5 })
    expect(steps(noon + 10_000)).toEqual({})
  })

  it('of steps beside each other is the time of each', () => {
    const book = assigned(0)
    book.began(at, taken(0, 1, 2))
    book.entered(at, 'clickhouse', noon)
    book.entered(at, 'send', noon + 1000)
    const steps = (now: number): object => Object.fromEntries(book.report(now)[0]?.steps ?? [])
    expect(steps(noon + 2000)).toEqual({ clickhouse: 2, send: 1 })
    book.left(at, 'send', 1.5)
    expect(steps(noon + 3000)).toEqual({ clickhouse: 1, send: 0.5 })
  })

  it('of sends that overlap is the time of each', () => {
    const book = assigned(0)
    book.began(at, taken(0, 1, 2))
    book.entered(at, 'send', noon)
    book.entered(at, 'send', noon + 100)
    book.left(at, 'send', 1)
    book.left(at, 'send', 2)
    expect(Object.fromEntries(book.report(noon + 3000)[0]?.steps ?? [])).toEqual({ send: 3 })
  })
})
