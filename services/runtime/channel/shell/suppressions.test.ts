/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { expect, it } from 'vitest'
import { epochMs, type FragmentId } from '../../event/ids.ts'
import { createMemoryKafka, type MemoryKafka } from '../../kafka/memory/client.ts'
import { encodeSuppression } from '../../log/suppression.ts'
import { openSuppressions } from './suppressions.ts'

const topic = 'identity.suppressions'
const idOf = (n: number): FragmentId => `email:${n}` as FragmentId

function erase(kafka: MemoryKafka, fragment: FragmentId, at: number): void {
  const value = encodeSuppression({ fragment, erasedAt: epochMs(at), commandId: 'links/1' })
  kafka.broker.append(topic, { key: Buffer.from(fragment), value, partition: 0 })
}

function kafkaWith(erased: number): MemoryKafka {
  const kafka = createMemoryKafka({ now: () => epochMs(0) })
  kafka.broker.createTopic({ topic, partitions: 1, replicationFactor: 1, config: {} })
  for (let n = 0; n < erased; n += 1) erase(kafka, idOf(n), 1)
  return kafka
}

const tooMany = { code: 'TRB_CONFIG_INVALID', message: /TRIBUTARY_SUPPRESSIONS_MAX is 3/ }

it('as many erased identifiers as the limit are all known, and one that is erased again needs no place', async () => {
  const kafka = kafkaWith(3)
  erase(kafka, idOf(0), 5)
  const suppressions = await openSuppressions(kafka.client().reader(), topic, 3)
  expect([0, 1, 2].map((n) => suppressions.suppressed(idOf(n)))).toEqual([5, 1, 1])
  await suppressions.stop()
  expect(await suppressions.ended).toBeUndefined()
})

it('beyond the limit a channel does not start, and none is forgotten', async () => {
  const opening = openSuppressions(kafkaWith(4).client().reader(), topic, 3)
  await expect(opening).rejects.toMatchObject({
    code: tooMany.code,
    message: expect.stringMatching(tooMany.message) as unknown,
    hint: 'Raise it; each takes some 120 bytes of memory.',
  })
})

it('a channel that meets the limit while it runs ends with the reason', async () => {
  const kafka = kafkaWith(3)
  const suppressions = await openSuppressions(kafka.client().reader(), topic, 3)
  erase(kafka, idOf(3), 1)
  expect(await suppressions.ended).toMatchObject({ code: tooMany.code })
  expect(suppressions.suppressed(idOf(0))).toBe(1)
})
