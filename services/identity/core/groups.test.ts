import fc from 'fast-check'
import { expect, it } from 'vitest'
import { groupsBy } from './groups.ts'

const keysOf = (item: string): readonly string[] => item.split('')

/** Whoever shares a letter with one of the group comes in, until nobody does. */
function naive(items: readonly string[]): readonly (readonly string[])[] {
  const groups: Set<string>[] = []
  for (const start of items) {
    if (groups.some((group) => group.has(start))) continue
    const group = new Set([start])
    for (let size = 0; size !== group.size; ) {
      size = group.size
      for (const item of items)
        if ([...group].some((one) => keysOf(one).some((key) => item.includes(key)))) group.add(item)
    }
    groups.push(group)
  }
  return groups.map((group) => [...group].toSorted())
}

const anyItem = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), {
    minLength: 1,
    maxLength: 3,
  })
  .map((letters) => letters.join(''))

it('groups hang together by keys, in the order of their first', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyItem, { maxLength: 8 }), (items) => {
      const groups = groupsBy(items, keysOf).map((group) => [...group].toSorted())
      expect(groups).toEqual(naive(items))
    }),
  )
})

it('a key of very many is walked once, not once for each of them', () => {
  // Else longer than a test may take.
  const items = Array.from({ length: 60_000 }, (_, n) => n)
  expect(groupsBy(items, () => ['one'])).toEqual([items])
})
