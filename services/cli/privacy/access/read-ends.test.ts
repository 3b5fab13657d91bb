/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { expect, test } from 'vitest'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { createMemoryKafka } from '#runtime/kafka/memory/client.ts'
import { encodeExpiry } from '#runtime/log/expiry.ts'
import { readExpiries } from './read-ends.ts'

const topic = 'identity.expiries'
const cookie = 'anonymous_id:a' as FragmentId
const other = 'anonymous_id:b' as FragmentId

test('of an identifier that expired more than once the last end is told, and nothing of others', async () => {
  const kafka = createMemoryKafka({ now: () => epochMs(0) })
  kafka.broker.createTopic({ topic, partitions: 1, replicationFactor: 1, config: {} })
  for (const [fragment, at] of [
    [cookie, 2000],
    [other, 3000],
    [cookie, 1000],
  ] as const)
    kafka.broker.append(topic, {
      key: Buffer.from(fragment),
      value: encodeExpiry({ fragment, expiredAt: epochMs(at) }),
      headers: {},
      partition: 0,
    })
  expect(await readExpiries(kafka.client().reader(), topic, new Set([cookie]))).toEqual([
    {
      identifier: { type: 'anonymous_id', pseudonym: 'a' },
      expired_at: '1970-01-01T00:00:02.000Z',
    },
  ])
})
