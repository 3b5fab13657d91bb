import { expect, test } from 'vitest'
import { shippedDefinition } from '../../../test/support/clickhouse/definition.ts'
import { documentedQuery } from '../../../test/support/clickhouse/documented-queries.ts'
import { pointQuery } from './point-query.ts'
import { viewColumns } from './profile-views.ts'

const definition = shippedDefinition()
const columns = [
  'profile_id',
  'email_engagement',
  'web_activity',
  'orders',
  'last_order_at',
  'loyalty_tier',
  'consent',
  'as_of',
]

test('the documented look-up of a few values is the one that is printed for the shipped file', () => {
  const documented = documentedQuery('A few values of one person, while a page waits for them')
  expect(documented).toBe(pointQuery(definition, 'identifier', columns))
})

test('what was not asked for is not read', () => {
  const sql = pointQuery(definition, 'profile', ['orders'])
  expect(sql).toContain('SELECT `f_orders`, deleted, now64')
  expect(sql).not.toContain('email_engagement')
})

test('without names it says all that profiles_now says', () => {
  const names = [...pointQuery(definition, 'alias').matchAll(/ AS `([^`]+)`/g)].map(
    ([, name]) => name,
  )
  expect(names).toEqual(viewColumns(definition, '').map(({ name }) => name))
})

test('a column that there is not is refused with those that there are', () => {
  expect(() => pointQuery(definition, 'profile', ['shoe_size'])).toThrow(
    'profiles_now has no column shoe_size',
  )
})
