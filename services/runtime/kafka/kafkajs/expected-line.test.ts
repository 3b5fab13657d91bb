import { expect, test } from 'vitest'
import { isExpected } from './expected-line.ts'

const rebalancing = 'The group is rebalancing, so a rejoin is needed'
const crash = 'Crash: KafkaJSConnectionClosedError: Closed connection'

test.each([
  ['a heartbeat that hears of a rebalance', 'Response Heartbeat(key: 12, version: 3)', true],
  ['another request that does', 'Response OffsetCommit(key: 8, version: 5)', false],
  ['a closed connection', crash, false],
])('%s', (_, message, expected) => {
  const line = { message, error: rebalancing, groupId: 'web' }
  expect(isExpected(line, new Set(['crm']))).toBe(expected)
})

test('a heartbeat that fails otherwise is told of', () => {
  const line = { message: 'Response Heartbeat(key: 12, version: 3)', error: 'not coordinator' }
  expect(isExpected({ ...line, groupId: 'web' }, new Set())).toBe(false)
})

test('a connection that is closed by the stop of its own group is nobody’s trouble', () => {
  const line = { message: crash, error: undefined, groupId: 'web' }
  expect(isExpected(line, new Set(['web']))).toBe(true)
  expect(isExpected({ ...line, message: 'Crash: KafkaJSError: no' }, new Set(['web']))).toBe(false)
})
