import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../../../test/support/cpu.ts'
import { builtinJunkRule } from './junk.ts'

const rule = (value: string, type = 'user_id'): string | null => builtinJunkRule(type, value)

const anyRule: unknown = expect.stringMatching(/^builtin:/)

/** What PostHog's own check refuses (its isDistinctIdIllegal): the first ten in any case, all of them also in quotes. */
const posthog = [
  'anonymous',
  'guest',
  'distinctid',
  'distinct_id',
  'id',
  'not_authenticated',
  'email',
  'undefined',
  'true',
  'false',
  '[object Object]',
  'NaN',
  'None',
  'none',
  'null',
  '0',
  'undefined',
]

describe('a value that names nobody', () => {
  it.each(posthog)('%s is on PostHog’s list, and junk in any case and in quotes', (word) => {
    for (const written of [word, word.toUpperCase(), `'${word}'`, `"${word}"`, ` ${word}\n`])
      expect([written, rule(written)]).toEqual([written, anyRule])
  })

  it.each([
    ['case', ['null', 'NULL', 'Null', 'nUlL'], 'builtin:null'],
    ['width', ['ｎｕｌｌ', 'ＮＵＬＬ', 'ｎull'], 'builtin:null'],
    [
      'quotes, brackets, blanks and punctuation around it',
      [
        '"null"',
        "'null'",
        '(null)',
        '<null>',
        '[null]',
        '{null}',
        '`null`',
        ' null ',
        'null.',
        ';null,',
        '“null”',
        '\u00a0null\u200b',
        String.raw`\"null\"`,
      ],
      'builtin:null',
    ],
    [
      'separators',
      [
        'not_authenticated',
        'not-authenticated',
        'not authenticated',
        'NotAuthenticated',
        'Not.Authenticated',
        'NOT  AUTHENTICATED',
      ],
      'builtin:not_authenticated',
    ],
    ['URL encoding', ['%22null%22', '%6Eull', 'null%20', '%2522null%2522', 'not%20set'], null],
    ['repetition', ['null null', 'undefined_undefined', 'null.undefined', 'NULLNULL'], null],
    [
      'exports of databases and sheets',
      [String.raw`\N`, '#N/A', 'N/A', 'n.a.', 'NaN', 'nil'],
      null,
    ],
    [
      'code that was printed',
      ['[object Object]', '[object Undefined]', '[object HTMLInputElement]', 'None', 'false'],
      null,
    ],
    ['numbers', ['0', '00', '000000', '0.0', '-0', '-1', '"-1"', '(-1)', '-1.0', '%2D1'], null],
    [
      'punctuation alone',
      ['-', '--', '---', '.', '?', '???', '""', "''", '{}', '[]', '()', '_', '%', '…'],
      null,
    ],
    [
      'one character over and over',
      ['xxxxxxxx', 'AAAAAA', '99999999', '999999', '11111111'],
      'builtin:repeated_character',
    ],
    [
      'another language',
      [
        'unbekannt',
        'Unbekannt',
        'inconnu',
        'INCONNUE',
        'desconocido',
        'desconhecido',
        'sconosciuto',
        'onbekend',
        'okänd',
        'неизвестно',
        '不明',
        'Gast',
        'invité',
        'invite',
        'anónimo',
        'nicht angemeldet',
        'nicht_angemeldet',
        'non connecté',
        'no identificado',
        'não autenticado',
        'niezalogowany',
      ],
      null,
    ],
    [
      'the field’s own name',
      [
        'user_id',
        'userId',
        'USER-ID',
        'anonymous id',
        'distinct_id',
        'customerId',
        'E-Mail',
        'Phone Number',
      ],
      null,
    ],
    [
      'a template nobody filled',
      [
        '{{user_id}}',
        '{{ user.id }}',
        '{{{id}}}',
        '${user_id}',
        '${user.uid}',
        '#{user_id}',
        '%user_id%',
        '%%email%%',
        '*|EMAIL|*',
        '<%= user.id %>',
        '[[user_id]]',
        '{user_id}',
        '<user_id>',
        '[user_id]',
        ':user_id',
        '$user_id',
        '__USER_ID__',
        'shop-{{customer.id}}',
        '%7B%7Buser_id%7D%7D',
        '{{user1}}',
      ],
      null,
    ],
  ])('%s: %j', (_, values, expected) => {
    for (const value of values) expect([value, rule(value)]).toEqual([value, expected ?? anyRule])
  })

  it.each(['0', 'f'])('a UUID of %s alone, however it is written', (digit) => {
    const uuid = '00000000-0000-0000-0000-000000000000'.replaceAll('0', digit)
    for (const written of [
      uuid,
      uuid.toUpperCase(),
      uuid.replaceAll('-', ''),
      `{${uuid}}`,
      `"${uuid}"`,
    ])
      expect([written, rule(written)]).toEqual([written, `builtin:${uuid}`])
  })

  it.each([
    'none-such-42',
    'nonesuch',
    'null-island',
    'nullifier',
    'testa',
    'guesthouse',
    'ida',
    'idris',
    'emily',
    'annulla',
    '10',
    '1',
    '12',
    '100000',
    '111111',
    '1000',
    '12345678',
    '0042',
    'a0',
    'u1',
    '-17',
    '用户',
    '田中',
    'ali',
    'Nanette',
    'True Love',
    'Falsetto',
    'O’Neil',
    'Undine',
    'Gastón',
    '00000000-0000-0000-0000-000000000001',
    '{6F9619FF-8B86-D011-B42D-00C04FC964FF}',
    '550e8400-e29b-41d4-a716-446655440000',
    'auth0|5f7c8ec7c33c6c004bbafe82',
    'user_1',
    'test-4711',
    'guest_8812',
    '100%',
    '50%25off',
    'a%zz',
    'a&b',
    '١٢٣',
    'x{y}',
    'AbC',
    'zzz',
    'false-positive-7',
    'null and void',
  ])('%s may be somebody', (value) => {
    expect(rule(value)).toBeNull()
    expect(rule(value, 'loyalty_card')).toBeNull()
  })
})

it.each(['#REF!', '#VALUE!', ' #name? ', '#DIV/0!', '#NUM!'])(
  'what a spreadsheet shows where a formula failed names nobody: %s',
  (value) => {
    expect(builtinJunkRule('user_id', value)).toBe('builtin:spreadsheet_error')
  },
)

it('addresses that vendors give as examples are somebody’s, but for example@example.com', () => {
  expect(builtinJunkRule('email', 'example@test.com')).toBeNull()
  expect(builtinJunkRule('email', 'example@example.com')).toBe('builtin:example@example.com')
})

describe('an address that names nobody', () => {
  it.each([
    ['test@test.com', 'builtin:test@test.com'],
    ['TEST@shop.test', 'builtin:placeholder_email'],
    ['test1@gmail.com', 'builtin:placeholder_email'],
    ['test+7@gmail.com', 'builtin:placeholder_email'],
    ['asdf@shop.test', 'builtin:placeholder_email'],
    ['asdfgh@gmail.com', 'builtin:placeholder_email'],
    ['qwerty@web.de', 'builtin:placeholder_email'],
    ['xxxx@web.de', 'builtin:placeholder_email'],
    ['no-email@shop.test', 'builtin:placeholder_email'],
    ['max.mustermann@web.de', 'builtin:placeholder_email'],
    ['none@none.org', 'builtin:placeholder_email'],
    ['a@a.com', 'builtin:placeholder_email'],
    ['noreply@shop.test', 'builtin:no_reply'],
    ['no-reply@shop.test', 'builtin:no_reply'],
    ['no.reply+7@shop.test', 'builtin:no_reply'],
    ['do_not_reply@shop.test', 'builtin:no_reply'],
    ['donotreply-orders@shop.test', 'builtin:no_reply'],
    ['mailer-daemon@shop.test', 'builtin:no_reply'],
    ['bounces+12-ab=shop.test@mail.test', 'builtin:no_reply'],
    ['nao-responda@loja.test', 'builtin:no_reply'],
    ['{{email}}@shop.test', 'builtin:template'],
    ['*|EMAIL|*', 'builtin:template'],
    ['none', 'builtin:none'],
    ['N/A', 'builtin:n/a'],
    ['test%40test.com', 'builtin:test@test.com'],
  ])('%s: %s', (address, expected) => {
    expect(rule(address, 'email')).toBe(expected)
  })

  it.each([
    'null@web.de',
    'p.null@shop.test',
    'anna.null@null.de',
    'bar@shop.test',
    'nan@shop.test',
    'none@shop.test',
    'tester@shop.test',
    'testa@shop.test',
    'contest@shop.test',
    'norep@shop.test',
    'noreen@shop.test',
    'guest@hotel.test',
    'anna@example.com',
    'mail@mueller.test',
    '12345@qq.com',
    'max@mustermann.test',
    'abc@shop.test',
    'a@b.test',
    'bounceanna@shop.test',
  ])('%s may be somebody’s', (address) => {
    expect(rule(address, 'email')).toBeNull()
  })
})

it('answers for any text at all, at once, and always the same', async () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 150 }),
      fc.constantFrom('email', 'id'),
      (text, type) => {
        expect(builtinJunkRule(type, text)).toBe(builtinJunkRule(type, text))
      },
    ),
  )
  const hostile = [
    '{{'.repeat(512),
    '<%'.repeat(512),
    '%'.repeat(1024),
    '%25'.repeat(341),
    `${'.'.repeat(1023)}a`,
  ]
  const took = await cpuMs(() => {
    for (const text of hostile)
      for (let times = 0; times < 20; times += 1) builtinJunkRule('id', text)
  })
  expect(took).toBeLessThan(1000)
})
