import fc from 'fast-check'
import { expect, it } from 'vitest'
import { eighteen, isWholeEntity, namesAPersonRecord } from './salesforce-id.ts'

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.split('')
const fifteen = fc
  .array(fc.constantFrom(...letters), { minLength: 15, maxLength: 15 })
  .map((list) => list.join(''))

it('gives an id of 15 characters the suffix that Salesforce gives it', () => {
  // Pairs of the Change Data Capture Developer Guide.
  for (const id of ['0015f00002JUXA8AAP', '0015f00002JUZPDAA5', '001ZL000001QS6mYAG'])
    expect(eighteen(id.slice(0, 15))).toBe(id)
})

it('is the same for both forms, and for one whose case was lost on the way', () => {
  fc.assert(
    fc.property(fifteen, (id) => {
      const whole = eighteen(id)
      expect(whole).toHaveLength(18)
      expect(whole.slice(0, 15)).toBe(id)
      expect(eighteen(whole)).toBe(whole)
      expect(eighteen(whole.toLowerCase())).toBe(whole)
      expect(eighteen(whole.toUpperCase())).toBe(whole)
    }),
  )
})

it('leaves letters of both cases as they are: nothing folds some of them, so that the suffix is none', () => {
  for (const id of ['00Qxx000004TmiQAAS', '0035e00000AbCdEAAV', '003000000AbCdEfGHI'])
    expect(eighteen(id)).toBe(id)
})

it('leaves what is no record id as it is', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(![15, 18].includes(text.trim().length))
      expect(eighteen(text)).toBe(text.trim())
    }),
  )
  expect(eighteen('000000000000000ZZZ')).toBe('000000000000000ZZZ')
})

it('knows what stands for no record or for all, and whose records are people', () => {
  expect(['000000000000000AAA', '001*'].every(isWholeEntity)).toBe(true)
  expect(isWholeEntity('0015f00002JUXA8AAP')).toBe(false)
  expect(['003', '00Q', '0PK', '001', '005'].map(namesAPersonRecord)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
})
