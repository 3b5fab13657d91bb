import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { namingOf, namingOfLetter } from './naming.ts'

const pseudonymiser = createPseudonymiser(Buffer.alloc(32, 1))
const screen = createScreen({ identity: identitySchema.parse({}) })
const none = Buffer.alloc(0)
const sealer = { open: () => none }

function look(text: string, type: string, value: string) {
  const sought = pseudonymiser.fragmentId(type, value)
  let made = 0
  const naming = namingOf(
    { value: Buffer.from(text), headers: {} },
    new Set([type]),
    { sealer, pseudonymiser, screen, region: 'DE' },
    (fragment: FragmentId) => {
      made += 1
      return fragment === sought
    },
  )
  return { naming, made }
}

test('whoever is named is found, in whatever spelling', () => {
  expect(look('{"to":"Ada <ADA@example.org>"}', 'email', 'ada@example.org').naming).toBe('named')
  expect(look('{"tel":"0170 123 4567 8"}', 'phone', '+4917012345678').naming).toBe('named')
  expect(look('tel=%2B4917012345678&x', 'phone', '+4917012345678').naming).toBe('named')
  expect(look('user-17,x', 'user_id', 'user-17').naming).toBe('named')
  expect(look('user-17,x', 'user_id', 'user-18').naming).toBe('not_named')
})

test('a number is known by what may stand around it and behind it', () => {
  const sought = '+4917012345678'
  for (const text of [
    'tel:+49-170-12345678',
    '＋４９ １７０ １２３４５６７８',
    '(0170) 12345678 ext. 5',
    '0170.1234.5678x5',
    '@017012345678',
    'Handy: 0170 12345678',
    '+49 170 12345678@',
  ])
    expect(look(JSON.stringify({ text }), 'phone', sought).naming).toBe('named')
})

test('whatever the channels take for a number may be one', () => {
  const part = fc.constantFrom(
    ...Array.from('0123456789+-.()/ x#;,@aeE:٣０'),
    'ext',
    'tel:',
    ' ',
    '+49',
    '0170',
  )
  const asked = fc.array(part, { maxLength: 24 }).map((all) => all.join(''))
  fc.assert(
    fc.property(asked, fc.constantFrom('DE' as const, 'US' as const, null), (text, region) => {
      const { blocked, value } = screen.normalise('phone', text, region)
      fc.pre(blocked === null && text.trim() !== '')
      const naming = namingOf(
        { value: Buffer.from(JSON.stringify([text])), headers: {} },
        new Set(['phone']),
        { sealer, pseudonymiser, screen, region },
        (fragment) => fragment === pseudonymiser.fragmentId('phone', value),
      )
      expect(naming).toBe('named')
    }),
    { numRuns: 2000 },
  )
})

test('what channels block names nobody', () => {
  expect(look('{"user":"undefined"}', 'user_id', 'undefined').naming).toBe('not_named')
})

test('of a letter without bytes the headers are looked at, and it is said that there is no more', () => {
  const plain = { open: (text: string) => Buffer.from(text) }
  const reader = { sealer: plain, pseudonymiser, screen, region: null }
  const naming = (headers: Readonly<Record<string, string>>): string =>
    namingOfLetter(
      { payload: '', headers },
      new Set(['user_id']),
      reader,
      (fragment) => fragment === pseudonymiser.fragmentId('user_id', 'user-17'),
    )
  expect(naming({ 'x-user': 'user-17' })).toBe('named')
  expect(naming({ 'x-user': 'user-18' })).toBe('without_bytes')
})

test('a record with more texts than are looked at is not said to name nobody', () => {
  const words = Array.from({ length: 20_000 }, (_, n) => `w${n}`).join(' ')
  const { made, naming } = look(words, 'user_id', 'user-18')
  expect(naming).toBe('partly')
  expect(made).toBeLessThanOrEqual(10_000)
})

test('no pseudonym is made of what can be told from afar', () => {
  const words = Array.from({ length: 1000 }, (_, n) => `w${n}`).join(' ')
  expect(look(words, 'email', 'ada@example.org').made).toBe(0)
  expect(look(words, 'phone', '+4917012345678').made).toBe(0)
})
