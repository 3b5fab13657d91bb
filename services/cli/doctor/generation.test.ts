import { expect, it } from 'vitest'
import type { GenerationsRecord, NextPhase } from '#runtime/generation/index.ts'
import { checkGeneration } from './check-generation.ts'
import { known } from './finding.ts'
import { noAnswer } from './testing/facts.ts'

const serving: GenerationsRecord = {
  live: { generation: 1, partitions: 4 },
  next: null,
  previous: null,
  last: 1,
}
const building = (phase: NextPhase): GenerationsRecord => ({
  ...serving,
  last: 2,
  next: {
    generation: 2,
    partitions: 4,
    definition: 7,
    phase,
    startedAt: Date.UTC(2026, 2, 1),
    feed: null,
    tables: null,
  },
})
const severityOf = (record: GenerationsRecord, rebuilding: boolean): string =>
  checkGeneration(known({ record, rebuilding })).severity

it('is silent while a rebuild goes on, warns when nobody is at it, and has a problem when services wait for it', () => {
  expect(severityOf(serving, false)).toBe('ok')
  expect(severityOf(building('building'), true)).toBe('ok')
  expect(severityOf(building('draining'), true)).toBe('ok')
  expect(severityOf(building('building'), false)).toBe('warning')
  expect(severityOf(building('pausing'), false)).toBe('problem')
  expect(severityOf(building('opening'), false)).toBe('problem')
})

it('says what still takes room, and how to get it back', () => {
  const record = { ...serving, previous: { generation: 0, partitions: 4 } }
  expect(checkGeneration(known({ record, rebuilding: false }))).toMatchObject({
    severity: 'warning',
    message: 'generation 1 of profile.log serves; generation 0 was replaced and still takes room',
    fix: 'tributary rebuild drop',
  })
})

it('is unknown where Kafka does not answer', () => {
  expect(checkGeneration(noAnswer).severity).toBe('unknown')
})
