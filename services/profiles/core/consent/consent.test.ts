import fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import type { ConsentDeclarations } from '../state.ts'
import { isGiven, mergeDeclarations, purposeState, withDeclaration } from './declarations.ts'

type Said = readonly ['granted' | 'denied' | 'basis', number]
const fold = (...said: readonly Said[]): ConsentDeclarations | undefined =>
  said.reduce<ConsentDeclarations | undefined>(
    (held, [state, at]) => withDeclaration(held, state, epochMs(at)),
    undefined,
  )

test('the newest answer counts, and a tie denies', () => {
  expect(purposeState(fold(['granted', 2], ['denied', 1]))).toBe('given')
  expect(purposeState(fold(['granted', 1], ['denied', 2]))).toBe('denied')
  expect(purposeState(fold(['granted', 2], ['denied', 2]))).toBe('denied')
  expect(purposeState(fold(['denied', 2], ['granted', 2]))).toBe('denied')
})

test('unanswered is not given, unless a source states a basis; an answer wins over every basis', () => {
  expect(isGiven(purposeState(undefined))).toBe(false)
  expect(purposeState(fold(['basis', 1]))).toBe('basis')
  expect(isGiven('basis')).toBe(true)
  expect(purposeState(fold(['denied', 1], ['basis', 9]))).toBe('denied')
})

test('any order and grouping of declarations gives the same', () => {
  const said = fc.array(
    fc.tuple(fc.constantFrom('granted' as const, 'denied' as const, 'basis' as const), fc.nat(3)),
    { minLength: 2, maxLength: 12 },
  )
  fc.assert(
    fc.property(said, fc.nat(10), (list, at) => {
      const cut = 1 + (at % (list.length - 1))
      const left = fold(...list.slice(0, cut))
      const right = fold(...list.slice(cut))
      if (left === undefined || right === undefined) throw new TypeError('nothing said')
      expect(mergeDeclarations(left, right)).toEqual(fold(...list.toReversed()))
      expect(mergeDeclarations(right, left)).toEqual(fold(...list))
    }),
  )
})
