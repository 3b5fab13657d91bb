import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { candidatesIn } from './candidates.ts'
import { createLetterSearch } from './naming.ts'

const pseudonymiser = createPseudonymiser(Buffer.alloc(32, 1))
const screen = createScreen({ identity: identitySchema.parse({}) })
/** Letters that nobody sealed. */
const sealer = { open: (text: string) => Buffer.from(text) }

function look(text: string, type: string, value: string) {
  let made = 0
  const counting = {
    fragmentId(...asked: Parameters<typeof pseudonymiser.fragmentId>) {
      made += 1
      return pseudonymiser.fragmentId(...asked)
    },
  }
  const search = createLetterSearch(
    { sealer, pseudonymiser: counting, screen, region: 'DE' },
    new Set([pseudonymiser.fragmentId(type, value)]),
  )
  return { naming: search.look({ payload: text, headers: {} }), made }
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
      const naming = createLetterSearch(
        { sealer, pseudonymiser, screen, region },
        new Set([pseudonymiser.fragmentId('phone', value)]),
      ).look({ payload: JSON.stringify([text]), headers: {} })
      expect(naming).toBe('named')
    }),
    { numRuns: 2000 },
  )
})

test('what channels block names nobody', () => {
  expect(look('{"user":"undefined"}', 'user_id', 'undefined').naming).toBe('not_named')
})

test('of a letter without bytes the headers are looked at, and it is said that there is no more', () => {
  const search = createLetterSearch(
    { sealer, pseudonymiser, screen, region: null },
    new Set([pseudonymiser.fragmentId('user_id', 'user-17')]),
  )
  const naming = (headers: Readonly<Record<string, string>>): string =>
    search.look({ payload: '', headers })
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

const word = fc.oneof(
  fc.constantFrom(
    'ada@example.org',
    'ADA@Example.org',
    '+49 170 12345678',
    '0170/12345678',
    'u 17',
  ),
  fc.constantFrom('user-17', 'anonymous', 'undefined', 'bob@example.org', '+4930123456', 'type'),
  fc.stringMatching(/^[ -~]{0,12}$/),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const letter = fc.array(fc.tuple(word, fc.constantFrom(',', ' ', '"', '\t', '&', ';', '|', '')))

test('one letter after the other is found to name whom spelling each of its texts finds', () => {
  const sought = new Set(
    [
      ['email', 'ada@example.org'],
      ['phone', '+4917012345678'],
      ['user_id', 'user-17'],
      ['anonymous_id', 'u 17'],
      ['user_id', 'undefined'],
    ].map(([type = '', value = '']) => pseudonymiser.fragmentId(type, value)),
  )
  const search = createLetterSearch({ sealer, pseudonymiser, screen, region: 'DE' }, sought)
  const found = { named: 0, not_named: 0 }
  fc.assert(
    fc.property(letter, (words) => {
      const payload = words.flat().join('')
      fc.pre(payload !== '')
      const { texts } = candidatesIn({ value: Buffer.from(payload), headers: {} })
      const isNamed = [...texts].some((text) =>
        ['email', 'phone', 'user_id', 'anonymous_id'].some((type) => {
          const { blocked, value } = screen.normalise(type, text, 'DE')
          return blocked === null && sought.has(pseudonymiser.fragmentId(type, value))
        }),
      )
      const naming = isNamed ? 'named' : 'not_named'
      found[naming] += 1
      expect(search.look({ payload, headers: {} })).toBe(naming)
    }),
    { numRuns: 3000 },
  )
  expect(Math.min(found.named, found.not_named)).toBeGreaterThan(300)
})

test('a letter that is not asked for her does not name her, and the next one does', () => {
  const search = createLetterSearch(
    { sealer, pseudonymiser, screen, region: null },
    new Set([pseudonymiser.fragmentId('user_id', 'user-17')]),
  )
  const its = { payload: 'user-17', headers: {} }
  expect([search.look(its, () => false), search.look(its, () => true)]).toEqual([
    'not_named',
    'named',
  ])
})

test('of texts that come again nothing is made again', () => {
  let made = 0
  const search = createLetterSearch(
    {
      sealer,
      pseudonymiser: {
        fragmentId(type, value) {
          made += 1
          return pseudonymiser.fragmentId(type, value)
        },
      },
      screen,
      region: null,
    },
    new Set([pseudonymiser.fragmentId('user_id', 'user-17')]),
  )
  const words = Array.from({ length: 100 }, (_, n) => `w${n}`).join(' ')
  search.look({ payload: words, headers: {} })
  search.look({ payload: words, headers: {} })
  const before = made
  search.look({ payload: `${words} w100`, headers: {} })
  expect(made - before).toBeLessThan(5)
})
