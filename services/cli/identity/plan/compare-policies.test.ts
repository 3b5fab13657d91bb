import { expect, it } from 'vitest'
import { type IdentityDefinition, identitySchema } from '#runtime/definition/schema.ts'
import { comparePolicies } from './compare-policies.ts'

const part = (settings: object): IdentityDefinition => identitySchema.parse(settings)

it('finds nothing where only defaults are written out', () => {
  const spelled = part({
    types: {
      user_id: { unique: true },
      email: { limit: '5' },
      anonymous_id: { limit: '100 per 30d' },
    },
    cap: 1000,
  })
  expect(comparePolicies(part({}), spelled)).toEqual({ settings: [], newlyBlocked: [], limits: [] })
})

it('names each setting with both values, and what carries it', () => {
  const { settings } = comparePolicies(
    part({}),
    part({
      priority: ['user_id', 'crm_id', 'email', 'phone', 'anonymous_id'],
      types: { email: { limit: 2, automatic_block: '20 per 7d' }, phone: { unique: true } },
      cap: 50,
      link_lifetime: '365d',
      authoritative: ['aliased'],
    }),
  )
  expect(
    settings.map(({ setting, before, after, carriedBy }) => [setting, before, after, carriedBy]),
  ).toEqual([
    [
      'priority',
      'crm_id > user_id > email > phone > anonymous_id',
      'user_id > crm_id > email > phone > anonymous_id',
      'rebuild',
    ],
    ['cap', '1000', '50', 'deploy'],
    ['link_lifetime', 'none', '365d', 'deploy'],
    ['authoritative', 'aliased, contact_merged, operator', 'aliased', 'deploy'],
    ['types.email.limit', '5', '2', 'deploy'],
    ['types.email.automatic_block', '200 per 30d', '20 per 7d', 'deploy'],
    ['types.phone.unique', 'false', 'true', 'deploy'],
    ['types.phone.automatic_block', '200 per 30d', 'none', 'deploy'],
  ])
})

it('says plainly what patterns, and values that are free again, can not reach', () => {
  const { limits, newlyBlocked, settings } = comparePolicies(
    part({ types: { email: { blocked: ['old@shop.example'] } } }),
    part({ types: { email: { blocked: ['till@shop.example', '/@throwaway\\./'] } } }),
  )
  expect(newlyBlocked).toEqual([{ type: 'email', value: 'till@shop.example' }])
  expect(settings).toEqual([
    {
      setting: 'types.email.blocked',
      before: '1',
      after: '2 (2 new, 1 gone)',
      carriedBy: 'rebuild',
    },
  ])
  expect(limits).toHaveLength(2)
  expect(limits[0]).toMatch(/^New patterns \(email\) reach only what comes in from then on/)
  expect(limits[1]).toMatch(/^Values that are blocked no more \(email\) count from then on/)
})
