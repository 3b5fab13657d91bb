import { expect, it } from 'vitest'
import { createPartsSteps, setsMax } from './changed-parts.ts'

it('gives one set for one course of changes, whoever asks, and changes none that it gave', () => {
  const seen = createPartsSteps('seen')
  const traits = seen.with('feature/a').with('traits')
  expect([...traits.parts]).toEqual(['seen', 'feature/a', 'traits'])
  expect(seen.with('feature/a').with('traits').parts).toBe(traits.parts)
  expect(traits.with('feature/a')).toBe(traits)
  expect([...seen.parts]).toEqual(['seen'])
})

it('keeps as many sets as its limit, and gives the same beyond it', () => {
  const seen = createPartsSteps('seen')
  for (let n = 0; n < setsMax; n++) seen.with(`feature/${n}`)
  expect(seen.with('feature/0')).toBe(seen.with('feature/0'))
  const beyond = seen.with('one more')
  expect([...beyond.parts]).toEqual(['seen', 'one more'])
  expect(seen.with('one more')).not.toBe(beyond)
})
