import { expect, it } from 'vitest'
import { emailPolicy, plainEmail } from './email-policy.ts'
import { parsePipeline } from './parse-pipeline.ts'
import { identitySchema } from './schema.ts'
import { pipelineText } from './testing/pipeline-text.ts'

const found = (types: string): readonly string[] =>
  parsePipeline(pipelineText({ rest: `identity: {types: ${types}}\n` })).findings.map(
    ({ code, path }) => `${code} ${path}`,
  )

it('takes addresses as they are written where the file is silent', () => {
  expect(emailPolicy(identitySchema.parse({}))).toEqual(plainEmail)
  const half = identitySchema.parse({
    types: { email: { normalise: { dots: 'strip' }, role: 'block' } },
  })
  expect(emailPolicy(half)).toEqual({
    plus: 'keep',
    dots: 'strip',
    role: 'block',
    disposable: 'keep',
  })
})

it('is for e-mail only', () => {
  expect(
    found('{email: {normalise: {plus: strip, dots: strip}, role: block, disposable: block}}'),
  ).toEqual([])
  expect(found('{user_id: {normalise: {plus: keep}, role: keep, disposable: block}}')).toEqual([
    'identifier_shape identity.types.user_id.normalise',
    'identifier_shape identity.types.user_id.role',
    'identifier_shape identity.types.user_id.disposable',
  ])
})

it('knows two words a setting', () => {
  expect(found('{email: {normalise: {plus: drop}}}')).toEqual([
    'invalid_value identity.types.email.normalise.plus',
  ])
  expect(found('{email: {normalise: {pluss: strip}}}')).toEqual([
    'unknown_key identity.types.email.normalise.pluss',
  ])
})
