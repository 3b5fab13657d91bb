import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { topicName } from '#schemas/topics.ts'
import { createMemoryRowSink } from '#runtime/clickhouse/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { definitionVersion, epochMs, offset } from '#runtime/event/ids.ts'
import { type BatchControl, partitionKey, type TopicPartition } from '#runtime/kafka/ports.ts'
import { createMemoryKafka, type MemoryKafka } from '#runtime/kafka/memory/client.ts'
import { decodeFrame } from '#runtime/log/frame.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import { encodeLinksRecord } from '#runtime/log/links-record.ts'
import { comparePositions, type Message } from '#runtime/log/messages.ts'
import { birthProfileId, homeOf } from '#runtime/pseudonym/pseudonym.ts'
import { silentLogger } from '#runtime/telemetry/index.ts'
import { createLinker } from './core/linker.ts'
import { createMemoryState } from './core/memory-state.ts'
import { anyHistory } from './core/testing/histories.ts'
import { command, link, testPolicy } from './core/testing/log.ts'
import { openLmdbState } from './shell/lmdb-state.ts'
import { createIdentity, type Identity, type IdentityDeps } from './pipeline.ts'
import type { FaultPoints } from '#runtime/lifecycle/index.ts'
import { topology } from './topology.ts'

const wiring = topology('', 0)
const partitions = 2
const links: TopicPartition = { topic: 'identity.links', partition: 0 }
const policy = testPolicy()
let root = ''
let runs = 0
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tributary-identity-'))
})
afterEach(() => rmSync(root, { recursive: true }))

interface World {
  readonly kafka: MemoryKafka
  readonly batchRecordsMax: number
  readonly rows: ReturnType<typeof createMemoryRowSink>
  readonly deps: Omit<IdentityDeps, 'producer' | 'faults'>
}

function createWorld(history: readonly LinksRecord[], batchRecordsMax: number): World {
  runs += 1
  const kafka = createMemoryKafka({ now: () => epochMs(0), batchRecordsMax })
  const topic = (name: Parameters<typeof topicName>[1], count: number): void =>
    kafka.broker.createTopic({
      topic: topicName('', name),
      partitions: count,
      replicationFactor: 1,
      config: {},
    })
  topic('identity.links', 1)
  topic('identity.decisions', 1)
  topic('pipeline.definitions', 1)
  topic('profile.log', partitions)
  for (const [place, record] of history.entries())
    kafka.broker.append('identity.links', {
      key: Buffer.from(`key ${place}`),
      value: encodeLinksRecord(record),
      partition: 0,
    })
  const rows = createMemoryRowSink()
  return {
    kafka,
    batchRecordsMax,
    rows,
    deps: {
      topology: wiring,
      kafka: kafka.client(),
      sink: rows,
      decisionSchemaId: 7,
      topicId: null,
      onFlushed: () => undefined,
      log: silentLogger,
      settings: {
        generation: 0,
        partitions,
        stateDir: join(root, String(runs)),
        hotMax: 10,
        effectsPerFlushMax: 5,
        catchUp: { behindMin: 3, perCommitMax: 11 },
        consumer: {
          sessionTimeoutMs: 1000,
          heartbeatIntervalMs: 100,
          fetchWaitMs: 1,
          fetchMinBytes: 1,
          fetchMaxBytesPerPartition: 1_000_000,
        },
      },
    },
  }
}

class Crash extends Error {}

/** Dies before the step of the nth flush, as if the process had been killed there. */
const dieAt = (step: number, nth: number): FaultPoints => {
  let passed = 0
  return {
    before: async (_, at) => {
      if (at === step) passed += 1
      if (at === step && passed === nth) return Promise.reject(new Crash('killed'))
      return Promise.resolve()
    },
  }
}

async function create(world: World, faults?: FaultPoints): Promise<Identity> {
  return createIdentity({
    ...world.deps,
    producer: await world.kafka.client().producer(),
    ...(faults && { faults }),
  })
}

/** Gives the owner all batches from where its state says, as a consumer would; ends at a fault. */
async function run(world: World, faults?: FaultPoints): Promise<'done' | 'crashed'> {
  const { owner } = await create(world, faults)
  const { broker } = world.kafka
  const starts = await owner.assigned([links])
  const start = starts.get(partitionKey(links)) ?? offset(0)
  if (start instanceof Error) throw start
  let next = start
  const control: BatchControl = {
    heartbeat: async () => Promise.resolve(),
    isStale: () => false,
    stopAt: () => undefined,
    commit: async () => Promise.resolve(),
  }
  try {
    while (next < broker.range(links).high) {
      const batch = broker.fetch(links, next, world.batchRecordsMax)
      await owner.batch(batch, control)
      next = offset((batch.records.at(-1)?.offset ?? next) + 1)
    }
    return 'done'
  } catch (error) {
    if (error instanceof Crash) return 'crashed'
    throw error
  } finally {
    await owner.close()
  }
}

/** What the homes take from the log: messages above their mark, in order. */
function atTheHomes({ kafka }: World): readonly Message[][] {
  return Array.from({ length: partitions }, (_, partition) => {
    let mark: Message['position'] = [-1, 0, 0]
    return kafka.broker.records('profile.log', partition).flatMap(({ value }) =>
      (value === null ? [] : decodeFrame(value).messages).filter((message) => {
        if (comparePositions(message.position, mark) <= 0) return false
        mark = message.position
        return true
      }),
    )
  })
}

/** The same history through the bare core. */
function expected(history: readonly LinksRecord[]): readonly Message[][] {
  const state = createMemoryState()
  const linker = createLinker({ state, policies: () => policy, birthProfileId })
  const homes: Message[][] = Array.from({ length: partitions }, () => [])
  for (const [line, record] of history.entries())
    for (const [place, effect] of linker
      .fold({ offset: line, key: `key ${line}`, record })
      .entries())
      if (effect.kind === 'assign' || effect.kind === 'erase')
        homes[homeOf(effect.fragment, partitions)]?.push({
          position: [line, 0, place],
          body: effect.kind === 'assign' ? effect : { kind: 'erase', fragment: effect.fragment },
        })
  return homes
}

it('tells the homes the same, whatever the batches and wherever it is killed', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyHistory,
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 })), {
        maxLength: 3,
      }),
      async (history, batchRecordsMax, faults) => {
        const world = createWorld(history, batchRecordsMax)
        for (const [step, nth] of faults) await run(world, dieAt(step, nth))
        expect(await run(world)).toBe('done')
        expect(atTheHomes(world)).toEqual(expected(history))
      },
    ),
    { numRuns: 25 },
  )
})

for (const step of [1, 2, 3, 4, 5])
  it(`goes on after it was killed before step ${step} of a flush, and decisions keep their ids`, async () => {
    const history = [link('u:A e:1'), link('u:A d:1'), link('u:B d:1'), command('erase', 'u:B')]
    const world = createWorld(history, 2)
    expect(await run(world, dieAt(step, 1))).toBe('crashed')
    expect(await run(world)).toBe('done')
    expect(atTheHomes(world)).toEqual(expected(history))
    const rows = world.rows.all('identity_decisions')
    const ids = new Map(rows.map((row) => [row.decision_id, row]))
    expect(
      rows.every((row) => JSON.stringify(ids.get(row.decision_id)) === JSON.stringify(row)),
    ).toBe(true)
    expect([...ids.values()].map(({ outcome }) => outcome)).toEqual([
      'merge',
      'merge',
      'ambiguous',
      'erase',
    ])
  })

it('folds what the group gives it, with the consumer itself', async () => {
  const world = createWorld([link('u:A e:1'), link('u:A d:1')], 1)
  const { promise, resolve } = Promise.withResolvers<void>()
  const identity = await create({
    ...world,
    deps: { ...world.deps, onFlushed: (meta) => (meta.nextOffset === 2 ? resolve() : undefined) },
  })
  await identity.consumer.run(identity.owner)
  await promise
  await identity.consumer.stop()
  await identity.owner.close()
  expect(world.kafka.broker.committed(wiring.group, links)?.offset).toBe(2)
  expect(world.rows.final('identity_decisions')).toHaveLength(2)
})

it('writes tombstones for every record that named the erased, and skips them when it meets them', async () => {
  const world = createWorld([link('u:A e:1'), link('u:B e:2'), command('erase', 'u:A')], 10)
  await run(world)
  await run(world)
  const tombstones = world.kafka.broker
    .records('identity.links', 0)
    .filter(({ value }) => value === null)
    .map(({ key }) => Buffer.from(key ?? []).toString())
  expect(tombstones).toEqual(['key 0'])
})

it('waits for room for its state, reads nothing before, and goes on by itself', async () => {
  const world = createWorld([link('u:A e:1'), link('u:A d:1')], 1)
  const full = new TributaryError('TRB_STATE_FULL', 'no room')
  let opens = 0
  let commits = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const identity = await create({
    ...world,
    deps: {
      ...world.deps,
      onFlushed: (meta) => (meta.nextOffset === 2 ? resolve() : undefined),
      async openState(options) {
        opens += 1
        if (opens <= 2) throw full
        const state = await openLmdbState(options)
        return {
          ...state,
          async commit() {
            commits += 1
            if (commits === 1) throw full
            await state.commit()
          },
        }
      },
    },
  })
  await identity.consumer.run(identity.owner)
  await promise
  await identity.consumer.stop()
  await identity.owner.close()
  // Twice at the start, once after the commit that failed.
  expect([opens, commits]).toEqual([4, 3])
  expect(atTheHomes(world)).toEqual(expected([link('u:A e:1'), link('u:A d:1')]))
})

it('ends at a record that is none of its log, and at a definition that is not there', async () => {
  const unreadable = createWorld([], 1)
  unreadable.kafka.broker.append('identity.links', {
    key: Buffer.from('key'),
    value: Buffer.from('x'),
    partition: 0,
  })
  const nowhere = createWorld(
    [{ kind: 'define', version: definitionVersion(7), at: epochMs(0) }],
    1,
  )
  for (const [world, code] of [
    [unreadable, 'TRB_FRAME_INVALID'],
    [nowhere, 'TRB_OFFSET_LOST'],
  ] as const) {
    const { consumer, owner } = await create(world)
    await consumer.run(owner)
    expect(await consumer.ended).toMatchObject({ code })
    expect(world.kafka.broker.committed(wiring.group, links)).toBeUndefined()
  }
})
