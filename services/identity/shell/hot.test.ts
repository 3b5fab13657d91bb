import { expect, it } from 'vitest'
import { absentMax, createAbsent } from './absent.ts'
import { createHot } from './hot.ts'

it('what was used during the last half of its size stays hot, and the rest is dropped', () => {
  const dropped: string[] = []
  const hot = createHot<string, number>(4, (generation) => dropped.push(...generation.keys()))
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  for (const [value, key] of keys.entries()) {
    hot.set(key, value)
    expect(hot.get('a')).toBe(0)
  }
  // 'a' was asked for all the time; of the others the last ones are left.
  expect(dropped).toEqual(['b', 'c', 'd', 'e'])
  expect(dropped.every((key) => hot.get(key) === undefined)).toBe(true)
  expect(hot.get('g')).toBe(6)
  hot.delete('a')
  expect(hot.get('a')).toBeUndefined()
})

it('of the keys that are absent it keeps as many as its limit, then forgets them all', () => {
  const absent = createAbsent<number>()
  for (let key = 0; key < absentMax; key += 1) absent.add(key)
  expect([absent.has(0), absent.has(absentMax - 1)]).toEqual([true, true])
  absent.add(absentMax)
  expect([absent.has(0), absent.has(absentMax)]).toEqual([false, true])
  absent.clear()
  expect(absent.has(absentMax)).toBe(false)
})
