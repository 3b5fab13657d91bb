import { expect, it } from 'vitest'
import { createNames, namesMax } from './names.ts'

it('a name keeps its number, and a store that knows it gives the same one', () => {
  const names = createNames()
  expect(['orders', 'clicks', 'orders'].map((name) => names.numberOf(name))).toEqual([0, 1, 0])
  const stored = names.taken()
  expect(stored).toEqual([
    [0, 'orders'],
    [1, 'clicks'],
  ])
  const again = createNames(stored)
  expect(again.taken()).toEqual([])
  expect(['clicks', 'opens'].map((name) => again.numberOf(name))).toEqual([1, 2])
  expect([0, 1, 2].map((number) => again.nameOf(number))).toEqual(['orders', 'clicks', 'opens'])
  expect(again.taken()).toEqual([[2, 'opens']])
})

it('a number that no name has is no name', () => {
  expect(() => createNames().nameOf(0)).toThrow('no name has the number 0')
})

it('names that come when all numbers are given have none', () => {
  const names = createNames()
  for (let n = 0; n < namesMax; n += 1) names.numberOf(`name ${n}`)
  expect(names.numberOf('one more')).toBeUndefined()
  expect(names.numberOf('name 7')).toBe(7)
  expect(names.taken()).toHaveLength(namesMax)
})
