import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toJsonLine } from './json.ts'

it('escapes what a terminal would obey, and says the same all the same', () => {
  expect(toJsonLine({ b: '\u202e\u009b2J', a: '\u001b\n' })).toBe(
    '{"a":"\\u001b\\n","b":"\\u202e\\u009b2J"}\n',
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(JSON.parse(toJsonLine({ [`k${text}`]: text }))).toEqual({ [`k${text}`]: text })
    }),
  )
})
