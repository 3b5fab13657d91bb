import { expect, test } from 'vitest'
import { copiesToRemove, type StateCopy } from './checkpoints.ts'

const copy = (part: string, writtenAtMs: number): StateCopy => ({
  generation: 0,
  part,
  foldVersion: 4,
  offset: writtenAtMs,
  writtenAtMs,
})
const removed = (copies: readonly StateCopy[], erased: number, usable = 0): readonly string[] =>
  copiesToRemove(copies, erased, usable).map(({ part, offset }) => `${part}@${offset}`)

test('copies from before an erasure go as soon as their part has a newer one', () => {
  const copies = [copy('0', 10), copy('0', 20), copy('0', 40), copy('1', 20)]
  expect(removed(copies, 30)).toEqual(['0@10', '0@20'])
})

test('the last copy of a part stays until no state could start from it', () => {
  expect(removed([copy('1', 20)], 30)).toEqual([])
  expect(removed([copy('1', 20)], 30, 21)).toEqual(['1@20'])
})
