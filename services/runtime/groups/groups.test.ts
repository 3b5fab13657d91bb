import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  groupShare,
  groupSize,
  groupSizeJson,
  groupSizeText,
  requireGroup,
  type SmallGroupException,
} from './index.ts'

const people = fc.nat(100_000)
const minimum = fc.integer({ min: 0, max: 5000 })

test('a size below the minimum is told neither as text nor as JSON', () => {
  fc.assert(
    fc.property(people, minimum, (size, asked) => {
      const least = Math.max(asked, 10)
      const group = groupSize(size, asked)
      const small = size < least
      expect(groupSizeJson(group)).toEqual({
        size: small ? null : size,
        size_below: small ? least : null,
      })
      const shown = small ? least : size
      expect(groupSizeText(group)).toBe((small ? '<' : '') + shown.toLocaleString('en-US'))
    }),
  )
})

test('all sizes below the minimum look the same, nobody included', () => {
  const shown = Array.from({ length: 10 }, (_, size) => groupSize(size, 10))
  expect(new Set(shown.map((group) => JSON.stringify(group)))).toHaveLength(1)
})

test('no minimum is below ten, whatever is asked for', () => {
  expect(groupSizeText(groupSize(9, 1))).toBe('<10')
  expect(groupSizeText(groupSize(10, 1))).toBe('10')
})

test('a share tells neither a small part nor a small rest', () => {
  fc.assert(
    fc.property(people, people, minimum, (part, rest, asked) => {
      const told = Math.min(part, rest) >= Math.max(asked, 10)
      expect(groupShare(part, part + rest, asked)).toBe(told ? part / (part + rest) : null)
    }),
  )
})

test('what is no number of people is refused', () => {
  for (const size of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => groupSize(size, 10)).toThrow(RangeError)
  expect(() => groupShare(11, 10, 10)).toThrow(RangeError)
})

function guard(override: string | null) {
  const recorded: SmallGroupException[] = []
  return {
    recorded,
    guard: {
      override,
      record: async (exception: SmallGroupException): Promise<void> => {
        recorded.push(exception)
      },
    },
  }
}

test('a group of the minimum passes, and there is nothing to write down', async () => {
  const { guard: one, recorded } = guard(null)
  await requireGroup(10, 10, one)
  const { guard: other } = guard('not needed')
  await requireGroup(50, 50, other)
  expect(recorded).toEqual([])
})

test('a smaller one goes nowhere', async () => {
  const { guard: one } = guard(null)
  await expect(requireGroup(9, 10, one)).rejects.toMatchObject({ code: 'TRB_GROUP_TOO_SMALL' })
  await expect(requireGroup(49, 50, one)).rejects.toMatchObject({ code: 'TRB_GROUP_TOO_SMALL' })
})

test('with a reason it passes once that is written down, without its size', async () => {
  const { guard: one, recorded } = guard(' the board asked, case 17 ')
  await requireGroup(3, 10, one)
  expect(recorded).toEqual([{ sizeBelow: 10, reason: 'the board asked, case 17' }])
})

test('an exception without words is none', async () => {
  const { guard: one, recorded } = guard('  ')
  await expect(requireGroup(3, 10, one)).rejects.toMatchObject({ code: 'TRB_USAGE' })
  expect(recorded).toEqual([])
})

test('what cannot be written down does not pass', async () => {
  const away = new Error('away')
  await expect(
    requireGroup(3, 10, {
      override: 'why',
      record: async () => {
        throw away
      },
    }),
  ).rejects.toBe(away)
})
