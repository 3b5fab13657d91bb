import { expect, test } from 'vitest'
import { charactersAtOnceMax, inPasses, numbersAtOnceMax } from './passes.ts'

const number = { isNumber: true, characters: 1000 }
const label = { isNumber: false, characters: 1000 }
const lengths = (columns: readonly (typeof label)[]): readonly number[] =>
  inPasses(columns).map((pass) => pass.length)

test('so many numbers are put in order at once, and labels go with them', () => {
  const most = Array.from({ length: numbersAtOnceMax }, () => number)
  expect(lengths([])).toEqual([])
  expect(lengths([...most, label, label])).toEqual([numbersAtOnceMax + 2])
  expect(lengths([label, ...most, ...most, number, label])).toEqual([
    numbersAtOnceMax + 1,
    numbersAtOnceMax,
    2,
  ])
})

test('the text of a query has its bound, which a column alone may pass', () => {
  const half = { isNumber: false, characters: charactersAtOnceMax / 2 }
  const long = { isNumber: false, characters: charactersAtOnceMax + 1 }
  expect(lengths([half, half, half])).toEqual([2, 1])
  expect(lengths([label, long, label])).toEqual([1, 1, 1])
})
