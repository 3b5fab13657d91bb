import { expect, test } from 'vitest'
import { cpuMs } from '../../../../test/support/cpu.ts'
import { namesAPerson } from './names-a-person.ts'

test.each([
  'ada@mail.example.net',
  'Asked <ADA@Mail.Example.NET> twice',
  'call +49 151 5550 1077',
  '+49 (151) 55501077',
  'ada@bücher.example',
  'https://shop.example/confirm?email=ada%40mail.example.net&step=2',
  'https://mail.example/r?to=https%3A%2F%2Fshop.example%2F%3Fe%3Dada%2540mail.example.net',
  'tel=%2B49%20151%205550%201077',
  'ada＠mail.example.net',
  '＋４９１５１５５５０１０７７',
])('%s names a person', (text) => {
  expect(namesAPerson(text)).toBe(true)
})

test.each([
  'newsletter-2926',
  'o-m9x2k1-17',
  '@home',
  'user@host',
  '12.50',
  '4006381333931',
  '2026-01-05 10:00:00',
  '1+1',
  '0012345678905',
  'p-wine-399',
  '20%40',
  'https://shop.example/%40home?rate=100%25&q=a%20b%2B1',
  '％＋１',
])('%s does not', (text) => {
  expect(namesAPerson(text)).toBe(false)
})

test('takes no longer than the text is long', async () => {
  const took = await cpuMs(() => {
    expect(namesAPerson('a%40'.repeat(250_000))).toBe(false)
    expect(namesAPerson(`%${'25'.repeat(500_000)}`)).toBe(false)
  })
  expect(took).toBeLessThan(500)
})
