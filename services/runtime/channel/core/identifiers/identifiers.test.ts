import { domainToASCII } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRejection } from '../fields.ts'
import { defaultLimits } from '../limits.ts'
import { normaliseEmail } from './email.ts'
import { builtinJunkRule } from './junk.ts'
import { isPhoneRegion, normalisePhone } from './phone.ts'
import { createIdentifierScreen } from './screen.ts'

const email = (raw: string) => normaliseEmail(raw, domainToASCII)
const screen = createIdentifierScreen({
  blocked: { user_id: ['Kiosk', '/^bot-/'] },
  limits: defaultLimits,
  domainToAscii: domainToASCII,
})

describe('an e-mail address', () => {
  it.each([
    [' Anna.Müller@Example.ORG ', 'anna.müller@example.org'],
    ['anna@bücher.example', 'anna@xn--bcher-kva.example'],
    ['ANNA@XN--BCHER-KVA.example', 'anna@xn--bcher-kva.example'],
    ['"Anna M." <anna@shop.test>', 'anna@shop.test'],
    ['mailto:anna@shop.test', 'anna@shop.test'],
    ['ａｎｎａ＠shop.test', 'anna@shop.test'],
    ['anna@shop.test.', 'anna@shop.test'],
    ['anna+news@shop.test', 'anna+news@shop.test'],
  ])('%s is %s', (raw, value) => {
    expect(email(raw)).toEqual({ value, blocked: null })
  })

  it.each([
    'anna',
    'anna@',
    '@shop.test',
    'anna@localhost',
    'a b@shop.test',
    'anna@shop..test',
    'anna@-shop.test',
  ])('%s is none, and says so', (raw) => {
    expect(email(raw).blocked).toBe('invalid:email')
  })

  it('normalised twice is the same', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'grapheme' })), (raw) => {
        const once = email(raw)
        expect(email(once.value)).toEqual(once)
      }),
    )
  })
})

describe('a phone number', () => {
  it('is E.164, whoever wrote it', () => {
    const written = [
      '+49 (0)30 1234567',
      '030/1234567',
      '0049 30 1234567',
      '+49301234567',
      'tel:+49-30-1234567',
    ]
    expect(new Set(written.map((raw) => normalisePhone(raw, 'DE').value))).toEqual(
      new Set(['+49301234567']),
    )
  })
  it('without a country code is no evidence when the country is not known', () => {
    expect(normalisePhone('030 1234567', null).blocked).toBe('invalid:phone')
    expect(normalisePhone('0000000000', 'US').blocked).not.toBeNull()
    expect(normalisePhone('+1 999 999 9999', null).blocked).toBe('builtin:repeated_digit')
  })
  it('knows which regions are countries', () => {
    expect([isPhoneRegion('DE'), isPhoneRegion('XX'), isPhoneRegion('de')]).toEqual([
      true,
      false,
      false,
    ])
  })
})

const many = (count: number) =>
  screen.screen(
    Array.from({ length: count }, (_, n) => ({ type: 'user_id', value: `u${n}` })),
    null,
  )

const long = (length: number) =>
  screen.screen([{ type: 'user_id', value: 'ab'.repeat(length / 2) }], null)

describe('the screen', () => {
  it('flags junk with the id of its rule, in any spelling, and drops nothing', () => {
    const junk = [
      'null',
      'NULL',
      ' undefined ',
      '[object Object]',
      'NaN',
      '0',
      '-1',
      '00000000-0000-0000-0000-000000000000',
      'Guest',
      'not_authenticated',
      'distinct_id',
      'xxxxxxxx',
      '---',
      '000000',
    ]
    const screened = screen.screen(
      junk.map((value) => ({ type: 'anonymous_id', value })),
      null,
    )
    const rules = isRejection(screened) ? [] : screened.map(({ blocked }) => blocked ?? 'none')
    expect(rules).toHaveLength(junk.length)
    expect(rules.filter((rule) => !rule.startsWith('builtin:'))).toEqual([])
    expect(builtinJunkRule('email', 'no-reply@shop.test')).toBe('builtin:no_reply')
    expect(builtinJunkRule('email', 'test@test.com')).toBe('builtin:test@test.com')
    expect(builtinJunkRule('user_id', '10')).toBeNull()
    expect(builtinJunkRule('loyalty_card', '1000')).toBeNull()
    expect(builtinJunkRule('user_id', '用户')).toBeNull()
  })
  it('applies the values and patterns of the pipeline file first', () => {
    expect(screen.normalise('user_id', 'kiosk', null)).toEqual({
      value: 'kiosk',
      blocked: 'identity.types.user_id.blocked[0]',
    })
    expect(screen.normalise('user_id', 'bot-7', null).blocked).toBe(
      'identity.types.user_id.blocked[1]',
    )
    expect(screen.normalise('anonymous_id', 'bot-7', null).blocked).toBeNull()
  })
  it('keeps the case of ids, trims them, and says equal ones once', () => {
    expect(
      screen.screen(
        [
          { type: 'user_id', value: ' AbC ' },
          { type: 'user_id', value: 'AbC' },
          { type: 'user_id', value: '  ' },
        ],
        null,
      ),
    ).toEqual([{ type: 'user_id', value: 'AbC', blocked: null }])
  })
  it('has limits: as many and as long as allowed, and not one more', () => {
    expect(many(defaultLimits.identifiersPerEventMax)).toHaveLength(32)
    expect(many(33)).toMatchObject({ reject: 'too_many_identifiers' })
    expect(long(1024)).toHaveLength(1)
    expect(long(1026)).toMatchObject({ reject: 'identifier_too_long' })
  })
})
