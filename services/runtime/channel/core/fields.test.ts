import { expect, it } from 'vitest'
import { createCopier } from './fields.ts'
import { defaultLimits } from './limits.ts'

it('a copy has no half of a surrogate pair, in texts or in names: it could not be stored as it is in memory', () => {
  const copier = createCopier(defaultLimits, () => false)
  expect(copier.copy({ 'a\ud800': ['\udc00', '😀', { b: 'c\ud83d' }] })).toEqual({
    'a\ufffd': ['\ufffd', '😀', { b: 'c\ufffd' }],
  })
})
