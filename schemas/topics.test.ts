import { expect, test } from 'vitest'
import { groupName, topicName, topicNames, topicSettings, topicSpec } from './topics.ts'

test('a prefix keeps two installations apart on one cluster', () => {
  expect(topicName('', 'profile.log')).toBe('profile.log')
  expect(topicName('acme', 'profile.log')).toBe('acme.profile.log')
  expect(topicName('acme.', 'profile.log', 2)).toBe('acme.profile.log.2')
  expect(groupName('acme', 'email')).toBe('acme.tributary-email')
})

test('what the fold takes as its clock has broker time', () => {
  for (const name of topicNames) expect(topicSpec(name).timestamps).toBe('LogAppendTime')
})

test('the sources of truth are never expired', () => {
  for (const name of ['identity.links', 'identity.suppressions', 'pipeline.definitions'] as const) {
    expect(topicSettings(topicSpec(name))['retention.ms']).toBe('-1')
  }
  expect(topicSettings(topicSpec('pipeline.definitions'))['cleanup.policy']).toBe('delete')
})

test('what was removed from a compacted topic is gone within a day', () => {
  for (const name of topicNames) {
    const lag = topicSettings(topicSpec(name))['max.compaction.lag.ms']
    expect(lag).toBe(topicSpec(name).cleanup === 'compact' ? '86400000' : undefined)
  }
})
