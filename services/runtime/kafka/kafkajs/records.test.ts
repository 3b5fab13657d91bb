import { expect, test } from 'vitest'
import { toRecord } from './records.ts'

test.each([
  ['-7000000000000000000', -8.64e15],
  ['8640000000000001', 8.64e15],
  ['9000000000000000', 8.64e15],
  ['-1', -1],
  ['1772445600000', 1_772_445_600_000],
])('the timestamp %s is one that a Date holds', (timestamp, expected) => {
  const record = toRecord({ offset: '1', timestamp, key: null, value: null })
  expect(record.timestamp).toBe(expected)
  expect(Number.isNaN(new Date(record.timestamp).getTime())).toBe(false)
})
