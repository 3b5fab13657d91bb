import { expect, it } from 'vitest'
import { timeArgument } from './time-argument.ts'

const now = new Date('2026-03-01T00:00:00.000Z')
const read = (text: string): string => timeArgument(text, '--as-of', now).toISOString()

it.each([
  ['2026-02-28T12:00:00Z', '2026-02-28T12:00:00.000Z'],
  ['2026-02-28T12:00:00.5+02:00', '2026-02-28T10:00:00.500Z'],
  ['2026-02-28T12:00:00', '2026-02-28T12:00:00.000Z'],
  ['2026-02-28', '2026-02-28T00:00:00.000Z'],
  ['7d', '2026-02-22T00:00:00.000Z'],
  ['90m', '2026-02-28T22:30:00.000Z'],
])('%s is read', (text, time) => {
  expect(read(text)).toBe(time)
})

it.each([
  '2026-02-31',
  '2026-13-01T00:00:00Z',
  'yesterday',
  '',
  '7w',
  '999999d',
  '0000-01-01',
  '2026-02-28T25:00:00Z',
])('%s is no time', (text) => {
  expect(() => read(text)).toThrow(/is no time/)
})
