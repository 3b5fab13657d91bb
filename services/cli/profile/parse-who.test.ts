import { expect, test } from 'vitest'
import { parseId, parseWho } from './parse-who.ts'

test('a person is named by a value in clear, a pseudonym or a profile id', () => {
  expect(parseWho('email=ada@example.org')).toEqual({
    kind: 'value',
    type: 'email',
    value: 'ada@example.org',
  })
  expect(parseWho('user_id=a=b')).toEqual({ kind: 'value', type: 'user_id', value: 'a=b' })
  expect(parseWho('email:aaaaaaaaaaaaaaaaaaaaa_')).toEqual({
    kind: 'fragment',
    fragmentId: 'email:aaaaaaaaaaaaaaaaaaaaa_',
  })
  expect(parseWho('6BA7B810-9DAD-51D1-80B4-00C04FD430C8')).toEqual({
    kind: 'profile',
    profileId: '6ba7b810-9dad-51d1-80b4-00c04fd430c8',
  })
})

test('what names nobody is refused without repeating it', () => {
  expect(() => parseWho('ada@example.org')).toThrow(/^that names nobody$/)
})

test('an id is one in whatever letters, and nothing else is', () => {
  const id = '6ba7b810-9dad-51d1-80b4-00c04fd430c8'
  expect(parseId(id.toUpperCase(), '--profile', 'hint')).toBe(id)
  for (const text of ['', 'zz', id.slice(1), `${id}0`, ` ${id}`])
    expect(() => parseId(text, '--profile', 'hint')).toThrow(/^--profile .*is no id$/)
})
