import { expect, it } from 'vitest'
import { putDefinition } from '#runtime/definition/testing/put-definition.ts'
import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import { createMemoryKafka } from '#runtime/kafka/memory/client.ts'
import { definitionText } from '../../../test/support/fold/definition.ts'
import { createPolicies, policiesMax } from './policies.ts'

const topic = 'pipeline.definitions'

it('keeps as many policies as its limit, and an older one is read again', async () => {
  const kafka = createMemoryKafka({ now: () => epochMs(0) })
  kafka.broker.createTopic({ topic, partitions: 1, replicationFactor: 1, config: {} })
  const content = definitionText('')
  for (let version = 0; version <= policiesMax; version += 1)
    putDefinition(kafka.broker, topic, content)
  const policies = createPolicies(kafka.client().reader(), topic)
  const load = async (version: number): Promise<void> => policies.load(definitionVersion(version))
  const capOf = (version: number): number => policies.get(definitionVersion(version)).cap
  for (let version = 0; version < policiesMax; version += 1) await load(version)
  expect(capOf(0)).toBe(1000)
  await load(policiesMax)
  expect(() => capOf(1)).toThrow('was not read before it was needed')
  expect([capOf(0), capOf(policiesMax)]).toEqual([1000, 1000])
  await load(1)
  expect(capOf(1)).toBe(1000)
  // What holds before any deployment has no version, and is always there.
  expect(() => policies.get(null)).not.toThrow()
})
