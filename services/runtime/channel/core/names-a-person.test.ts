import { expect, test } from 'vitest'
import { namesAPerson } from './names-a-person.ts'

test.each([
  'ada@mail.example.net',
  'Asked <ADA@Mail.Example.NET> twice',
  'call +49 151 5550 1077',
  '+49 (151) 55501077',
  'ada@bücher.example',
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
])('%s does not', (text) => {
  expect(namesAPerson(text)).toBe(false)
})
