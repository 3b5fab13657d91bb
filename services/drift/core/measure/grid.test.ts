import { expect, test } from 'vitest'
import { gridLevels } from '../store/snapshot.ts'
import { gridOf } from './grid.ts'

test('between two values that lie further apart than the largest number is a number: one that is none was stored as zero', () => {
  const far = gridLevels.flatMap(() => [-1.7e308, 1.7e308])
  const grid = gridOf(far, 501)
  expect(grid).toHaveLength(gridLevels.length)
  expect(grid.filter((value) => !Number.isFinite(value))).toEqual([])
})
