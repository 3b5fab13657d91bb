import { expect, it } from 'vitest'
import { identityPolicy } from './identity-policy.ts'
import { identitySchema } from './schema.ts'

const day = 86_400_000

it('fills in the defaults where the file is silent', () => {
  const { types, cap } = identityPolicy(identitySchema.parse({}))
  expect(cap).toBe(1000)
  expect([...types].map(([name, { unique, limit }]) => [name, unique, limit])).toEqual([
    ['crm_id', true, null],
    ['user_id', true, null],
    ['email', false, { count: 5, windowMs: null }],
    ['phone', false, { count: 5, windowMs: null }],
    ['anonymous_id', false, { count: 100, windowMs: 30 * day }],
  ])
})

it('keeps the defaults of what the file does not say of a type', () => {
  const policy = identityPolicy(
    identitySchema.parse({
      priority: ['email', 'card'],
      types: {
        email: { blocked: ['a@b.example', '/@test\\.example$/'] },
        card: { limit: '3 per 12h' },
      },
    }),
  )
  const email = policy.types.get('email')
  expect(email?.limit).toEqual({ count: 5, windowMs: null })
  expect(email?.blockedValues).toEqual(new Set(['a@b.example']))
  expect(email?.blockedPatterns.map((pattern) => pattern.test('x@test.example'))).toEqual([true])
  expect(policy.types.get('card')?.limit).toEqual({ count: 3, windowMs: day / 2 })
})

it('lifts a limit where the file says none', () => {
  const policy = identityPolicy(identitySchema.parse({ types: { email: { limit: 'none' } } }))
  expect(policy.types.get('email')?.limit).toBe(null)
})
