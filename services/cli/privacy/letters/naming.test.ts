import { expect, test } from 'vitest'
import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { namingOf } from './naming.ts'

const pseudonymiser = createPseudonymiser(Buffer.alloc(32, 1))
const screen = createScreen({ identity: identitySchema.parse({}) })
const none = Buffer.alloc(0)
const sealer = { open: () => none }

function look(text: string, type: string, value: string) {
  const sought = pseudonymiser.fragmentId(type, value)
  let made = 0
  const naming = namingOf(
    { value: Buffer.from(text), headers: {} },
    new Set([type]),
    { sealer, pseudonymiser, screen, region: 'DE' },
    (fragment: FragmentId) => {
      made += 1
      return fragment === sought
    },
  )
  return { naming, made }
}

test('whoever is named is found, in whatever spelling', () => {
  expect(look('{"to":"Ada <ADA@example.org>"}', 'email', 'ada@example.org').naming).toBe('named')
  expect(look('{"tel":"0170 123 4567 8"}', 'phone', '+4917012345678').naming).toBe('named')
  expect(look('tel=%2B4917012345678&x', 'phone', '+4917012345678').naming).toBe('named')
  expect(look('user-17,x', 'user_id', 'user-17').naming).toBe('named')
  expect(look('user-17,x', 'user_id', 'user-18').naming).toBe('not_named')
})

test('a record with more texts than are looked at is not said to name nobody', () => {
  const words = Array.from({ length: 20_000 }, (_, n) => `w${n}`).join(' ')
  const { made, naming } = look(words, 'user_id', 'user-18')
  expect(naming).toBe('partly')
  expect(made).toBeLessThanOrEqual(10_000)
})

test('no pseudonym is made of what can be told from afar', () => {
  const words = Array.from({ length: 1000 }, (_, n) => `w${n}`).join(' ')
  expect(look(words, 'email', 'ada@example.org').made).toBe(0)
  expect(look(words, 'phone', '+4917012345678').made).toBe(0)
})
