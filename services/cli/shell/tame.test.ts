import { expect, it } from 'vitest'
import { tame } from './tame.ts'

it('lets no text command the terminal', () => {
  expect(tame('a\u001b[2Jb\tc\nd\u009b')).toBe('a\\u001b[2Jb\tc\nd\\u009b')
})

it('lets no text turn around what stands beside it, or begin a line of its own', () => {
  expect(tame('a\u202eb\u2066c\u200fd\u061ce\u2028f\rg')).toBe(
    'a\\u202eb\\u2066c\\u200fd\\u061ce\\u2028f\\u000dg',
  )
})
