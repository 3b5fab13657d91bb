import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tidierOf, tidyTraits, traitKinds } from './tidy.ts'

const tidy = (name: string, value: string): string => tidierOf(name)?.(value) ?? 'untouched'

describe('a trait is tidied by its name', () => {
  it.each([
    'first_name',
    'firstName',
    'First Name',
    'user_first_name',
    'billing_first_name',
    'traits.first_name',
    'city',
    'address.city',
    'shippingCity',
    'addresses.billing.city',
    'address_line_1',
    'addressLine2',
    'Straße',
    'zip',
    'country_code',
    'locale',
    'preferred_language',
  ])('%s is', (name) => {
    expect(tidierOf(name)).not.toBeNull()
  })
  it.each([
    'plan',
    'first_name_day',
    'product_name',
    'company.city_tier',
    'event.name',
    'username',
    'nickname',
    'city_count',
    'is_country',
    'email',
    ...['', '.', 'address', 'user', '1'].filter((name) => name !== 'address'),
  ])('%s is not', (name) => {
    expect(tidierOf(name)).toBeNull()
  })
  it('and all others stay as they are', () => {
    expect(
      tidyTraits({ city: ' berlin ', plan: ' Gold ', zip: 10115, country: 'Germany', ok: true }),
    ).toEqual({
      city: 'Berlin',
      plan: ' Gold ',
      zip: 10115,
      country: 'DE',
      ok: true,
    })
  })
})

describe('a name', () => {
  it.each([
    ['ANNA', 'Anna'],
    ['anna', 'Anna'],
    ['Anna', 'Anna'],
    ['McKenna', 'McKenna'],
    ['deVries', 'deVries'],
    ['  Anna   Maria\t', 'Anna Maria'],
    ['Zoe\u0308', 'Zoë'],
    ['MÜLLER', 'Müller'],
    ["O'BRIEN", "O'Brien"],
    ['o’brien', 'O’Brien'],
    ['JEAN-LUC', 'Jean-Luc'],
    ['MCDONALD', 'McDonald'],
    ['van der berg', 'Van der Berg'],
    ['J.R.', 'J.R.'],
    ['JJ', 'JJ'],
    ['LI', 'LI'],
    ['ΓΙΏΡΓΟΣ', 'Γιώργος'],
    ['ИВАН', 'Иван'],
    ['İPEK', 'İPEK'],
    ['ılgaz', 'ılgaz'],
    ['ßa', 'ßa'],
    ['山田', '山田'],
    ['مريم', 'مريم'],
    ['', ''],
  ])('%j is %j', (value, expected) => {
    expect(tidy('last_name', value)).toBe(expected)
  })
  it.each([
    ['LUDWIG VAN BEETHOVEN', 'Ludwig van Beethoven'],
    ['charles de gaulle', 'Charles de Gaulle'],
    ['JOHN SMITH III', 'John Smith III'],
    ['IBM', 'IBM'],
    ['adidas', 'adidas'],
    ['Anna Meier', 'Anna Meier'],
  ])('as a whole, %j is %j', (value, expected) => {
    expect(tidy('name', value)).toBe(expected)
  })
})

describe('an address', () => {
  it.each([
    ['city', 'BERLIN', 'Berlin'],
    ['city', 'FRANKFURT AM MAIN', 'Frankfurt am Main'],
    ['city', 'rostov-on-don', 'Rostov-on-Don'],
    ['city', 'NYC', 'NYC'],
    ['city', 'WASHINGTON DC', 'Washington DC'],
    ['city', 'Den Haag', 'Den Haag'],
    ['city', 'S. Giovanni', 'S. Giovanni'],
    ['street', '12B MAIN ST NW', '12B Main ST NW'],
    ['street', 'RUE DE LA PAIX', 'Rue de la Paix'],
    ['street', ' Hauptstr.  5 \n\n Hinterhaus ', 'Hauptstr. 5\nHinterhaus'],
    ['street', 'KAISERSTRASSE 5', 'Kaiserstrasse 5'],
    ['state', ' nsw ', 'nsw'],
    ['postal_code', ' sw1a  1aa ', 'SW1A 1AA'],
    ['postal_code', '１００-０００１', '100-0001'],
    ['postal_code', '01067', '01067'],
  ])('%s %j is %j', (name, value, expected) => {
    expect(tidy(name, value)).toBe(expected)
  })
})

describe('a country', () => {
  it.each([
    ['DE', 'DE'],
    ['de', 'DE'],
    ['DEU', 'DE'],
    ['276', 'DE'],
    ['Germany', 'DE'],
    ['GERMANY', 'DE'],
    ['Deutschland', 'DE'],
    ['Allemagne', 'DE'],
    ['ドイツ', 'DE'],
    ['Österreich', 'AT'],
    ['osterreich', 'AT'],
    [' Schweiz ', 'CH'],
    ['España', 'ES'],
    ['USA', 'US'],
    ['U.S.A.', 'US'],
    ['United States of America', 'US'],
    ['UK', 'GB'],
    ['Great Britain', 'GB'],
    ['el', 'GR'],
    ["Côte d'Ivoire", 'CI'],
    ['Georgia', 'GE'],
    ['Nigeria', 'NG'],
    ['Niger', 'NE'],
    ['Россия', 'RU'],
    ['中国', 'CN'],
    ['Congo', 'Congo'],
    ['Scotland', 'Scotland'],
    ['Europe', 'Europe'],
    ['XX', 'XX'],
    ['49', '49'],
    ['+49', '+49'],
    ['999', '999'],
    ['n/a', 'n/a'],
    ['N.A.', 'N.A.'],
    ['na', 'na'],
    ['NA', 'NA'],
    ['U.S.', 'US'],
    ['', ''],
  ])('%j is %j', (value, expected) => {
    expect(tidy('country', value)).toBe(expected)
  })
})

describe('a language', () => {
  it.each([
    ['de', 'de'],
    ['DE', 'de'],
    ['de_DE', 'de-DE'],
    ['en-us', 'en-US'],
    ['zh_hant_tw', 'zh-Hant-TW'],
    ['de_DE.UTF-8', 'de-DE'],
    ['iw', 'he'],
    ['German', 'German'],
    ['english', 'english'],
    ['C', 'C'],
    ['de, en', 'de, en'],
    ['x-klingon', 'x-klingon'],
    ['', ''],
  ])('%j is %j', (value, expected) => {
    expect(tidy('locale', value)).toBe(expected)
  })
})

it.each(traitKinds)('tidied twice is the same: $title', (kind) => {
  const once = kind.tidier()
  const letters = fc.stringMatching(/^[A-Z .'-]{0,20}$|^[a-zß .'’-]{0,20}$|^[A-Za-z_.@-]{0,12}$/)
  fc.assert(
    fc.property(
      fc.oneof(letters, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })),
      (value) => {
        expect(once(once(value))).toBe(once(value))
      },
    ),
    { numRuns: 300 },
  )
})

const lettersOf = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')

it('no letter is lost, nor any number', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('first_name', 'name', 'city', 'street', 'zip'),
      (value, name) => {
        expect(lettersOf(tidy(name, value))).toBe(lettersOf(value))
      },
    ),
  )
})
