import { domainToASCII } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EmailSpelling, plainEmail } from '../../../definition/email-policy.ts'
import { defaultLimits } from '../limits.ts'
import { normaliseEmail } from './email.ts'
import { isPhoneRegion, normalisePhone } from './phone.ts'
import { createIdentifierScreen } from './screen.ts'

const email = (raw: string, spelling: Partial<EmailSpelling> = {}) =>
  normaliseEmail(raw, domainToASCII, { ...plainEmail, ...spelling })
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

  it.each([
    ['anna+news@shop.test', 'anna@shop.test', 'anna+news@shop.test'],
    ['anna+a+b@gmail.com', 'anna@gmail.com', 'anna+a+b@gmail.com'],
    ['A.n.n.a+news@GoogleMail.com', 'a.n.n.a@googlemail.com', 'anna+news@gmail.com'],
    ['a.b@gmail.com', 'a.b@gmail.com', 'ab@gmail.com'],
    ['a.b@shop.test', 'a.b@shop.test', 'a.b@shop.test'],
    ['anna@googlemail.com', 'anna@googlemail.com', 'anna@gmail.com'],
    ['+tag@shop.test', '+tag@shop.test', '+tag@shop.test'],
    ['müller+x@bücher.example', 'müller@xn--bcher-kva.example', 'müller+x@xn--bcher-kva.example'],
  ])('%s is %s without its tag, and %s without dots that mean nothing', (raw, tagless, dotless) => {
    expect(email(raw, { plus: 'strip' }).value).toBe(tagless)
    expect(email(raw, { dots: 'strip' }).value).toBe(dotless)
  })

  it('normalised twice is the same, by every policy', () => {
    const kept = fc.constantFrom<'keep' | 'strip'>('keep', 'strip')
    const local = fc.stringMatching(/^[a-z]{1,3}[.+]?[a-z]{1,3}[.+]?[a-z]{1,3}$/)
    const domain = fc.constantFrom('gmail.com', 'googlemail.com', 'shop.test')
    const address = fc.tuple(local, domain).map((parts) => parts.join('@'))
    const raws = fc.oneof(fc.emailAddress(), address, fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(raws, kept, kept, (raw, plus, dots) => {
        const once = email(raw, { plus, dots })
        expect(email(once.value, { plus, dots })).toEqual(once)
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
  it.each([
    ['1234567890', null, 'builtin:counting_digits'],
    ['1234567890', 'US', 'builtin:counting_digits'],
    ['0123456789', null, 'builtin:counting_digits'],
    ['+44 1234 567890', null, 'builtin:counting_digits'],
    ['9876543210', 'US', 'builtin:counting_digits'],
    ['000-000-0000', null, 'builtin:repeated_digit'],
    ['+49 0000 0000000', null, 'builtin:repeated_digit'],
    ['(000) 000-0000', 'US', 'builtin:repeated_digit'],
    ['+1 111 111 1111', null, 'builtin:repeated_digit'],
    ['555-0100', null, 'builtin:fictional_number'],
    ['(212) 555-0199', 'US', 'builtin:fictional_number'],
    ['+1 416 555 0123', null, 'builtin:fictional_number'],
  ] as const)('%s (%s) is nobody’s: %s', (raw, region, rule) => {
    expect(normalisePhone(raw, region).blocked).toBe(rule)
  })
  it.each([
    ['030 1234567', 'DE'],
    ['+1 212 555 1234', null],
    ['+1 212 555 0200', null],
    ['+44 20 5550 1234', null],
    ['+49 151 1000000', null],
    ['+49 30 123456', null],
  ] as const)('%s (%s) may be somebody’s', (raw, region) => {
    expect(normalisePhone(raw, region).blocked).toBeNull()
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
  it('applies the values and patterns of the pipeline file first', () => {
    expect(screen.normalise('user_id', 'kiosk', null)).toEqual({
      value: 'kiosk',
      blocked: 'identity.types.user_id.blocked[0]',
      flags: [],
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
    ).toEqual([{ type: 'user_id', value: 'AbC', blocked: null, flags: [] }])
  })
  it('has limits: as many and as long as allowed, and not one more', () => {
    expect(many(defaultLimits.identifiersPerEventMax)).toHaveLength(32)
    expect(many(33)).toMatchObject({ reject: 'too_many_identifiers' })
    expect(long(1024)).toHaveLength(1)
    expect(long(1026)).toMatchObject({ reject: 'identifier_too_long' })
  })
})
