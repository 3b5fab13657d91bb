import { expect, it } from 'vitest'
import { unnamedPurposesMax } from '#runtime/definition/state-bounds.ts'
import type { ConsentDeclarations } from '../state.ts'
import { answersWithRoom } from './room.ts'

const named = ['email_marketing', 'analytics']
const none: ConsentDeclarations = { declared: null, basisAt: null }
const full = new Map(
  Array.from({ length: unnamedPurposesMax }, (_, n): [string, ConsentDeclarations] => [
    `old ${n}`,
    none,
  ]),
)

function heard(
  held: ReadonlyMap<string, ConsentDeclarations>,
  ...purposes: readonly string[]
): { readonly purposes: readonly string[]; readonly refused: number } {
  let refused = 0
  const answers = Object.fromEntries(purposes.map((purpose) => [purpose, 'granted'] as const))
  const withRoom = answersWithRoom(held, answers, named, () => {
    refused += 1
  })
  return { purposes: Object.keys(withRoom), refused }
}

it('there is always room for what the file names, and for what is held', () => {
  expect(heard(full, 'analytics', 'old 7')).toEqual({
    purposes: ['analytics', 'old 7'],
    refused: 0,
  })
})

it('others have room up to a number, whoever else the fragment holds answers of', () => {
  expect(heard(full, 'new', 'analytics')).toEqual({ purposes: ['analytics'], refused: 1 })
  const held = new Map([...full].slice(2)).set('analytics', none)
  expect(heard(held, 'a', 'b', 'c')).toEqual({ purposes: ['a', 'b'], refused: 1 })
})

it('answers that all have room are given back as they are, new purposes among them', () => {
  const answers = { analytics: 'granted', new: 'denied' } as const
  expect(answersWithRoom(new Map(), answers, named, () => undefined)).toBe(answers)
})

it('a name that is long has none', () => {
  expect(heard(new Map(), 'x'.repeat(126), 'y'.repeat(127), '語'.repeat(43))).toEqual({
    purposes: ['x'.repeat(126)],
    refused: 2,
  })
})
