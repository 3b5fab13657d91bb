import { expect, it } from 'vitest'
import { type IdentityDefinition, identitySchema } from '#runtime/definition/schema.ts'
import { refuseSlowPatterns } from './refuse-slow-patterns.ts'

const blocking = (...blocked: readonly string[]): IdentityDefinition =>
  identitySchema.parse({ types: { user_id: { blocked } } })

const slow = String.raw`/^(\w+-?)*$/`

it('refuses a pattern that one value can keep busy for ever, as deploy does', () => {
  expect(() => refuseSlowPatterns('new.yaml', blocking('guest', slow), null)).toThrow(
    /^new\.yaml: identity\.types\.user_id\.blocked: the time that .* can stop a channel$/,
  )
})

it('lets pass what is bearable, what is not decided, and what is in force', () => {
  const file = blocking('guest', '/.*guest.*/', String.raw`/^(?=a)\w+$/`)
  expect(() => refuseSlowPatterns('new.yaml', file, null)).not.toThrow()
  expect(() => refuseSlowPatterns('new.yaml', blocking(slow), blocking(slow))).not.toThrow()
})
