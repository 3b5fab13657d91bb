import { describe, expect, it } from 'vitest'
import { databaseOf, placeOf } from './place.ts'
import type { GenerationsRecord, NextPhase } from './record.ts'

const building = (phase: NextPhase): GenerationsRecord => ({
  live: { generation: 0, partitions: 4 },
  next: {
    generation: 1,
    partitions: 6,
    definition: 3,
    phase,
    startedAt: 0,
    feed: null,
    tables: null,
  },
  previous: null,
  last: 1,
})

const after: GenerationsRecord = {
  live: { generation: 1, partitions: 6 },
  next: null,
  previous: { generation: 0, partitions: 4 },
  last: 1,
}

const whoRuns = (record: GenerationsRecord): string =>
  [
    ['channels', placeOf(record, 'channel', null)] as const,
    ['live owners', placeOf(record, 'owner', null)] as const,
    ['new owners', placeOf(record, 'owner', 1)] as const,
  ]
    .filter(([, place]) => place.kind === 'run')
    .map(([who]) => who)
    .join(', ')

describe('who is at work while a generation takes over', () => {
  it('leaves in turn: channels, the old owners, the new ones', () => {
    const table = (
      ['preparing', 'building', 'pausing', 'draining', 'exchanging', 'opening'] as const
    ).map((phase) => `${phase}: ${whoRuns(building(phase))}`)
    expect(table).toEqual([
      'preparing: channels, live owners',
      'building: channels, live owners, new owners',
      'pausing: live owners, new owners',
      'draining: new owners',
      'exchanging: ',
      'opening: ',
    ])
  })

  it('comes back on the new one, with its partitions and the tables that are read', () => {
    const one = { kind: 'run', generation: { number: 1, partitions: 6, building: false } }
    for (const place of [
      placeOf(after, 'channel', null),
      placeOf(after, 'owner', null),
      placeOf(after, 'owner', 1),
    ])
      expect(place).toEqual(one)
  })

  it('refuses a process of a generation that was replaced, and lets one wait that is not there yet', () => {
    expect(placeOf(after, 'owner', 0).kind).toBe('refuse')
    expect(placeOf(after, 'owner', 2).kind).toBe('wait')
  })

  it('keeps the rows of a generation apart until it serves', () => {
    const place = placeOf(building('building'), 'owner', 1)
    if (place.kind !== 'run') throw new Error(place.kind)
    expect(databaseOf('tributary', place.generation)).toBe('tributary_generation_1')
    expect(databaseOf('tributary', { number: 1, building: false })).toBe('tributary')
  })
})
