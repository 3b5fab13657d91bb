import { describe, expect, it } from 'vitest'
import { definitionVersion, epochMs } from '../../event/ids.ts'
import { createMemoryKafka, type MemoryKafka } from '../../kafka/memory/client.ts'
import { decodeFrame } from '../../log/frame.ts'
import { decodeLinksRecord } from '../../log/links-record.ts'
import type { CompiledDefinition } from '../compiled.ts'
import { featureText, pipelineText, segmentText } from '../testing/pipeline-text.ts'
import { definitionAt, followDefinitions, latestDefinition } from './definition-log.ts'
import { type Deployment, deploy } from './deploy.ts'
import { planDeployment } from './plan.ts'

const topics = {
  definitions: 'pipeline.definitions',
  profileLog: 'profile.log',
  identityLinks: 'identity.links',
}
const partitions = 3
const at = epochMs(1_780_000_000_000)

interface Bench {
  readonly kafka: MemoryKafka
  readonly migrated: string[][]
  deploy(text: string, options?: { dryRun?: boolean; notify?: boolean }): Promise<Deployment>
  defines(): number[][]
}

function createBench(): Bench {
  const kafka = createMemoryKafka({ now: () => at })
  const create = (topic: string, count: number): void =>
    kafka.broker.createTopic({ topic, partitions: count, replicationFactor: 1, config: {} })
  create(topics.definitions, 1)
  create(topics.profileLog, partitions)
  create(topics.identityLinks, 1)
  const migrated: string[][] = []
  let sends = 0
  return {
    kafka,
    migrated,
    async deploy(text, { dryRun = false, notify = false } = {}) {
      const client = kafka.client()
      const producer = await client.producer()
      const ports = {
        producer,
        reader: client.reader(),
        topics,
        generation: 0,
        partitions,
        migrateColumns: ({ features }: CompiledDefinition): Promise<void> => {
          migrated.push(features.map(({ name }) => name))
          return Promise.resolve()
        },
      }
      return deploy(ports, text, { dryRun, notify, at, by: 'tester', nonce: String(sends++) })
    },
    defines: () =>
      Array.from({ length: partitions }, (_, partition) =>
        kafka.broker
          .records(topics.profileLog, partition)
          .flatMap(({ value }) =>
            value === null
              ? []
              : decodeFrame(value).messages.map(({ body }) =>
                  body.kind === 'define' ? body.version : -1,
                ),
          ),
      ),
  }
}

describe('deploy', () => {
  it('makes the columns, stores the file, and tells every partition and the linker', async () => {
    const bench = createBench()
    const { version } = await bench.deploy(pipelineText())
    expect(version).toBe(0)
    expect(bench.migrated).toEqual([['orders', 'activity']])
    expect(bench.defines()).toEqual([[0], [0], [0]])
    const [link] = bench.kafka.broker.records(topics.identityLinks, 0)
    expect(decodeLinksRecord(link?.value ?? new Uint8Array())).toEqual({
      kind: 'define',
      version: 0,
      at,
    })
    const stored = await latestDefinition(bench.kafka.client().reader(), topics.definitions, 0)
    expect(stored).toMatchObject({
      version: 0,
      content: pipelineText(),
      deployedBy: 'tester',
      deployedAt: at,
    })
  })

  it('numbers the position of a Define by its version, so that a repetition is below the mark', async () => {
    const bench = createBench()
    await bench.deploy(pipelineText())
    const [record] = bench.kafka.broker.records(topics.profileLog, 0)
    expect(decodeFrame(record?.value ?? new Uint8Array())).toMatchObject({
      origin: { kind: 'definitions' },
      messages: [{ position: [0, 0, 0] }],
    })
  })

  it('makes no new version of the same content, but tells everybody again', async () => {
    const bench = createBench()
    await bench.deploy(pipelineText())
    const { plan, version } = await bench.deploy(pipelineText())
    expect([plan.unchanged, version]).toEqual([true, 0])
    expect(bench.defines()).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ])
    const keys = bench.kafka.broker
      .records(topics.identityLinks, 0)
      .map(({ key }) => Buffer.from(key ?? []).toString())
    expect(new Set(keys).size).toBe(2)
  })

  it('is finished by a second run when the first was cut off after the record', async () => {
    const bench = createBench()
    await bench.deploy(pipelineText())
    const changed = pipelineText({ features: featureText('kind: count\nevents: [searched]') })
    bench.kafka.broker.failNextSend('after append')
    await expect(bench.deploy(changed)).rejects.toThrow(/acknowledge|send|fail|lost/i)
    expect(await bench.deploy(changed)).toMatchObject({ version: 1, plan: { unchanged: true } })
    expect(bench.defines()[0]).toEqual([0, 1])
  })

  it('goes back by a new version with the old content', async () => {
    const bench = createBench()
    await bench.deploy(pipelineText())
    await bench.deploy(pipelineText({ segments: segmentText('enter: orders > 1') }))
    const { version } = await bench.deploy(pipelineText())
    expect(version).toBe(2)
  })

  it('changes nothing in a dry run, or for a file with mistakes', async () => {
    const bench = createBench()
    expect((await bench.deploy(pipelineText(), { dryRun: true })).version).toBe(null)
    const broken = await bench.deploy(pipelineText().replace('orders > 0', 'ordres > 0'))
    expect(broken).toMatchObject({ version: null, plan: { definition: null } })
    expect(bench.migrated).toEqual([])
    expect(bench.defines()).toEqual([[], [], []])
  })

  it('refuses what needs a generation before it touches anything', async () => {
    const bench = createBench()
    await bench.deploy(pipelineText())
    const reordered = pipelineText({ rest: 'identity: {priority: [email, user_id]}\n' })
    await expect(bench.deploy(reordered)).rejects.toMatchObject({
      code: 'TRB_DEFINITION_FORBIDDEN',
    })
    expect(bench.defines()).toEqual([[0], [0], [0]])
  })
})

describe('a plan', () => {
  it('names what is added, removed and changed, and the columns that are new', () => {
    const before = pipelineText({
      features: featureText('kind: count\nevents: [searched]'),
      segments: segmentText('enter: orders > 1'),
    })
    const after = pipelineText({ segments: segmentText('enter: orders > 2') })
      .replace('half_life: 7d', 'half_life: 8d')
      .replace('{name: country,', '{name: town,')
    const plan = planDeployment(before, after)
    expect(plan.features).toEqual({ added: [], removed: ['extra'], changed: ['activity'] })
    expect(plan.segments).toEqual({ added: [], removed: [], changed: ['extra'] })
    expect(plan.traits).toEqual({ added: ['town'], removed: ['country'], changed: [] })
    expect(plan.columns.map(({ name }) => name)).toEqual(['t_town'])
    expect(plan.forbidden).toEqual([])
  })

  it.each([
    [
      'junk lists',
      pipelineText({ rest: 'identity: {types: {email: {blocked: [a@b.example]}}}\n' }),
    ],
    ...[
      'normalise: {plus: strip}',
      'normalise: {dots: strip}',
      'role: block',
      'disposable: block',
    ].map((setting): [string, string] => [
      `email’s ${setting}`,
      pipelineText({ rest: `identity: {types: {email: {${setting}}}}\n` }),
    ]),
    [
      'the order of identifiers',
      pipelineText({ rest: 'identity: {priority: [email, user_id]}\n' }),
    ],
    [
      'what fills a column',
      pipelineText().replace('country, type: string', 'country, type: number'),
    ],
  ])('forbids a change of %s', (_, after) => {
    expect(planDeployment(pipelineText(), after).forbidden).toHaveLength(1)
  })

  it('takes what is written out for what holds anyway', () => {
    const written = 'identity: {types: {email: {normalise: {plus: keep}, role: keep}}}\n'
    expect(planDeployment(pipelineText(), pipelineText({ rest: written })).forbidden).toEqual([])
  })

  it('has nothing to compare with at first', () => {
    const plan = planDeployment(null, pipelineText())
    expect(plan.features.added).toEqual(['orders', 'activity'])
    expect(plan.unchanged).toBe(false)
  })
})

describe('the log of definitions', () => {
  it('gives the definition of a version, and nothing for one that there is not', async () => {
    const bench = createBench()
    const reader = bench.kafka.client().reader()
    expect(await latestDefinition(reader, topics.definitions, 0)).toBe(null)
    await bench.deploy(pipelineText())
    await bench.deploy(pipelineText({ segments: segmentText('enter: orders > 1') }))
    const first = await definitionAt(reader, topics.definitions, definitionVersion(0))
    expect(first?.content).toBe(pipelineText())
    expect(await definitionAt(reader, topics.definitions, definitionVersion(2))).toBe(null)
  })

  it('is followed from its beginning, in order, until somebody stops', async () => {
    const bench = createBench()
    await bench.deploy(pipelineText())
    const stop = new AbortController()
    const seen: number[] = []
    const following = followDefinitions(
      bench.kafka.client().reader(),
      topics.definitions,
      async ({ version }) => {
        seen.push(version)
        if (version === 0)
          await bench.deploy(pipelineText({ segments: segmentText('enter: orders > 1') }))
        else stop.abort()
      },
      stop.signal,
    )
    await following
    expect(seen).toEqual([0, 1])
  })
})
