import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addingBar, distinctBars } from './split-bars.ts'
import type { Bar } from './state.ts'

/** Few different lists, some of which are one object. */
const lists: fc.Arbitrary<readonly (readonly Bar[])[]> = fc
  .tuple(
    fc.array(fc.array(fc.constantFrom<Bar[]>('0a', '1a', '0b', '1b'), { maxLength: 3 }), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.array(fc.tuple(fc.nat(), fc.boolean())),
  )
  .map(([pool, picks]) =>
    picks.map(([place, copied]) => {
      const list = pool[place % pool.length] ?? []
      return copied ? [...list] : list
    }),
  )

it('the bars of all are found in the order in which they come, each once', () => {
  fc.assert(
    fc.property(lists, (all) => {
      expect(distinctBars(all)).toEqual([...new Set(all.flat())])
    }),
  )
})

it('a bar stands behind those that were there, and equal lists become one', () => {
  fc.assert(
    fc.property(lists, (all) => {
      const add = addingBar('1c')
      expect(all.map(add)).toEqual(all.map((list) => [...list, '1c']))
    }),
  )
  const add = addingBar('1c')
  expect(add(['0a'])).toBe(add(['0a']))
})
