import fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import type { JsonValue } from '#runtime/event/event.ts'
import { emptyContent } from '../content/content.ts'
import { partOf, replaceParts } from '../content/parts.ts'
import type { ConsentDeclarations } from '../state.ts'
import { isSameWord } from './same-word.ts'
import { consentTurn, givenPurposes } from './turn.ts'

const purposes = ['analytics', 'service'] as const

const declarations = fc.record<ConsentDeclarations>({
  declared: fc.option(
    fc.record({
      state: fc.constantFrom('granted' as const, 'denied' as const),
      at: fc.nat(3).map(epochMs),
    }),
  ),
  basisAt: fc.option(fc.nat(3).map(epochMs)),
})
const consents = fc
  .dictionary(fc.constantFrom(...purposes), declarations)
  .map((said) => new Map(Object.entries(said)))

const wordOf = (consent: ReadonlyMap<string, ConsentDeclarations>): JsonValue => {
  const content = emptyContent()
  for (const [purpose, said] of consent) content.consent.set(purpose, said)
  return partOf(content, 'consent').state
}

test('what is the same word gives and withdraws nothing, whoever else is a member', () => {
  fc.assert(
    fc.property(consents, consents, consents, (held, said, other) => {
      fc.pre(isSameWord(held, wordOf(said)))
      const content = emptyContent()
      replaceParts(content, [{ name: 'consent', state: wordOf(said) }], false)
      const before = givenPurposes([held, other], purposes)
      expect(consentTurn(before, givenPurposes([content.consent, other], purposes))).toBe(null)
    }),
    { numRuns: 300 },
  )
})

test('a newer basis is the same word; another answer, an answer of another time or a first basis is not', () => {
  const held = new Map<string, ConsentDeclarations>([
    ['service', { declared: null, basisAt: epochMs(5) }],
    ['analytics', { declared: { state: 'granted', at: epochMs(2) }, basisAt: null }],
  ])
  const granted = { declared: { state: 'granted', at: 2 }, basisAt: null }
  const basis = { declared: null, basisAt: 9 }
  expect(isSameWord(held, { analytics: granted, service: basis })).toBe(true)
  const other = (analytics: JsonValue, service: JsonValue = basis): boolean =>
    isSameWord(held, { analytics, service })
  expect(other({ ...granted, declared: { state: 'denied', at: 2 } })).toBe(false)
  expect(other({ ...granted, declared: { state: 'granted', at: 3 } })).toBe(false)
  expect(other({ ...granted, declared: null })).toBe(false)
  expect(other({ ...granted, basisAt: 4 })).toBe(false)
  expect(other(granted, { declared: null, basisAt: null })).toBe(false)
  expect(isSameWord(held, { service: basis })).toBe(false)
  expect(isSameWord(held, { analytics: granted, service: basis, more: basis })).toBe(false)
})

test('nothing is the same word as nothing, and what is malformed is none', () => {
  expect(isSameWord(new Map(), null)).toBe(true)
  expect(isSameWord(new Map([['service', { declared: null, basisAt: epochMs(1) }]]), null)).toBe(
    false,
  )
  expect(isSameWord(new Map(), 'granted')).toBe(false)
  expect(
    isSameWord(new Map([['service', { declared: null, basisAt: epochMs(1) }]]), { service: 3 }),
  ).toBe(false)
})
