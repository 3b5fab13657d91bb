import { expect, it } from 'vitest'
import { latestDefinition } from '#runtime/definition/deploy/definition-log.ts'
import { deploy } from '#runtime/definition/deploy/deploy.ts'
import { pipelineText, segmentText } from '#runtime/definition/testing/pipeline-text.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { firstGeneration } from '#runtime/generation/index.ts'
import { createMemoryKafka } from '#runtime/kafka/memory/client.ts'
import { isAskedFor, planRebuild } from './plan-rebuild.ts'

const at = epochMs(1_780_000_000_000)
const topics = { definitions: 'definitions', profileLog: 'log', identityLinks: 'links' }

/** A file in force, and a rebuild that is planned over it. */
async function plan(text: string | null, notify: boolean) {
  const memory = createMemoryKafka({ now: () => at })
  for (const topic of Object.values(topics))
    memory.broker.createTopic({ topic, partitions: 1, replicationFactor: 1, config: {} })
  const kafka = memory.client()
  const ports = { producer: await kafka.producer(), reader: kafka.reader() }
  await deploy(
    { ...ports, topics, generation: 0, partitions: 1, migrateColumns: async () => undefined },
    pipelineText(),
    { dryRun: false, at, by: 'ada', nonce: 'n' },
  )
  await planRebuild({ ...ports, definitions: topics.definitions }, firstGeneration(1), {
    text,
    partitions: null,
    key: null,
    notify,
    at,
    by: 'ada',
  })
  return [0, 1].map(async (generation) =>
    latestDefinition(ports.reader, topics.definitions, generation),
  )
}

it('says nothing in public of who enters and leaves by another file, unless it is told to', async () => {
  const text = pipelineText({ segments: segmentText('enter: orders > 1') })
  const [, silent] = await Promise.all(await plan(text, false))
  expect(silent).toMatchObject({ content: text, generation: 1 })
  expect(silent?.notify).toBeUndefined()
  const [, loud] = await Promise.all(await plan(text, true))
  expect(loud).toMatchObject({ content: text, generation: 1, notify: true })
})

it('told to, it puts the file in force into the log once more, for the new generation alone', async () => {
  const [live, next] = await Promise.all(await plan(null, true))
  expect(live?.notify).toBeUndefined()
  expect(next).toMatchObject({ content: pipelineText(), version: 1, generation: 1, notify: true })
  const [same, unchanged] = await Promise.all(await plan(null, false))
  expect(unchanged).toEqual(same)
})

it('says what to do where nothing is deployed', async () => {
  const memory = createMemoryKafka({ now: () => at })
  memory.broker.createTopic({
    topic: topics.definitions,
    partitions: 1,
    replicationFactor: 1,
    config: {},
  })
  const kafka = memory.client()
  const ports = { producer: await kafka.producer(), reader: kafka.reader() }
  const planned = planRebuild({ ...ports, definitions: topics.definitions }, firstGeneration(1), {
    text: null,
    partitions: null,
    key: null,
    notify: false,
    at,
    by: 'ada',
  })
  await expect(planned).rejects.toMatchObject({
    code: 'TRB_NOT_FOUND',
    hint: 'tributary deploy infra/pipeline.yaml',
  })
})

it('knows the same command again, whatever it leaves out, and tells another one from it', () => {
  const nothing = { text: null, partitions: null, notify: false, newKey: false }
  const next = { partitions: 3 }
  const stored = { content: 'a file', notify: true } as const
  const is = (asked: object): boolean => isAskedFor(next, stored, { ...nothing, ...asked })
  expect([{}, { text: 'a file', partitions: 3, notify: true }].map(is)).toEqual([true, true])
  const others = [{ text: 'another' }, { partitions: 4 }, { newKey: true }]
  expect(others.map(is)).toEqual([false, false, false])
  expect(isAskedFor(next, { content: 'a file' }, { ...nothing, notify: true })).toBe(false)
  expect(isAskedFor({ ...next, key: 'k' }, stored, { ...nothing, newKey: true })).toBe(true)
})
