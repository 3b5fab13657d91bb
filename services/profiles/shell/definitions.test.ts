import { expect, it } from 'vitest'
import { definitionVersion } from '#runtime/event/ids.ts'
import { definitionText } from '../../../test/support/fold/definition.ts'
import { createDefinitionShelf, textsMax } from './definitions.ts'

const text = definitionText('')

it('keeps as many definitions as its limit, and reads an older one again when it is needed', async () => {
  const readAgain: number[] = []
  const shelf = createDefinitionShelf(async (version) => {
    readAgain.push(version)
    return Promise.resolve({ content: text })
  })
  for (let version = 0; version < textsMax; version += 1)
    shelf.put(text, definitionVersion(version))
  await shelf.waitFor(definitionVersion(0))
  expect(readAgain).toEqual([])
  // 0 was asked for last: with one more it is 1 that goes.
  shelf.put(text, definitionVersion(textsMax))
  await shelf.waitFor(definitionVersion(0))
  expect(readAgain).toEqual([])
  expect(() => shelf.get(definitionVersion(1))).toThrow('was not read before it was needed')
  await shelf.waitFor(definitionVersion(1))
  expect(readAgain).toEqual([1])
  expect(shelf.get(definitionVersion(1)).version).toBe(1)
})

it('waits for one that is to come, and reads nothing for it', async () => {
  const shelf = createDefinitionShelf(async () => Promise.reject(new Error('nothing to read')))
  shelf.put(text, definitionVersion(1))
  const waiting = shelf.waitFor(definitionVersion(2))
  shelf.put(text, definitionVersion(2))
  await waiting
  expect(shelf.get(definitionVersion(2)).version).toBe(2)
})
