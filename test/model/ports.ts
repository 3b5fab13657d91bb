import type { RowBatch, RowSink } from '#runtime/clickhouse/ports.ts'
import { generationTables } from '#schemas/clickhouse/keys.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { createGroupCommitQueue, type Request } from '#runtime/kafka/group-commit.ts'
import { createMemoryConsumer } from '#runtime/kafka/memory/consumer.ts'
import type {
  BatchControl,
  GroupConsumer,
  GroupConsumerOptions,
  OutgoingBatch,
  PartitionHandler,
  Producer,
  RecordBatch,
} from '#runtime/kafka/ports.ts'
import type { Extent, Host } from './host.ts'
import { mutatedOffset, mutatedRequest, mutatedRows, sendsEarly } from './mutate.ts'
import { groupOf, type World } from './world.ts'

const nothing = (): void => undefined

export const consumerOptions: Omit<GroupConsumerOptions, 'groupId' | 'topics'> = {
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 1000,
  fetchWaitMs: 1,
  fetchMinBytes: 1,
  fetchMaxBytesPerPartition: 1_000_000,
}

/** The memory consumer, which waits for the simulation before each assignment, batch and commit. */
export function hostConsumer(
  world: World,
  host: Host,
  options: GroupConsumerOptions,
): GroupConsumer {
  const group = groupOf(world, host.service)
  const inner = createMemoryConsumer(
    options,
    world.broker,
    {
      ...group,
      join(member) {
        // What it held counts as held until it hears otherwise: a process that froze knows nothing.
        host.leave = () => group.leave(member)
        group.join(member)
      },
    },
    1 + world.random.below(5),
  )
  host.stop = () => {
    void inner.stop()
  }
  void noteEnd(host, inner)
  return { ...inner, run: async (handler) => inner.run(waiting(world, host, handler)) }
}

async function noteEnd(host: Host, { ended }: GroupConsumer): Promise<void> {
  host.ended = { error: await ended }
}

function waiting(world: World, host: Host, handler: PartitionHandler): PartitionHandler {
  return {
    ...handler,
    assigned: async (partitions) =>
      host.within(async () => {
        await host.call('assigned', nothing)
        return handler.assigned(partitions)
      }),
    lost: async (partitions) => host.within(async () => handler.lost(partitions)),
    batch: async (batch, control) =>
      host.within(async () => {
        await host.call('batch', nothing)
        await handler.batch(batch, waitingControl(world, host, batch, control))
      }),
  }
}

function waitingControl(
  world: World,
  host: Host,
  batch: RecordBatch,
  control: BatchControl,
): BatchControl {
  return {
    ...control,
    commit: async (next, metadata) =>
      host.call('commit offset', () => {
        if (host.evicted) throw new Error('the group has another member in its place')
        void control.commit(mutatedOffset(world, host, batch, next), metadata)
      }),
  }
}

/** A producer with the real queue; each of its requests is one step, or several when only some partitions take it. */
export function hostProducer(world: World, host: Host): Producer {
  const write = async (request: Request): Promise<void> =>
    host.call('send', (extent) => append(world, request, extent))
  const queue = createGroupCommitQueue(async (request) => {
    for (const part of mutatedRequest(world, host, request)) await write(part)
  })
  return {
    async send(batches) {
      const sent = queue.send(batches)
      if (!sendsEarly(world, host)) return sent
      sent.catch(nothing)
    },
    close: async () => queue.drain(),
  }
}

/** A request is whole or not at all in each partition; `some`: one broker took its part, another did not. */
function append({ broker, random }: World, request: Request, extent: Extent): void {
  const parts = new Map<string, OutgoingBatch>()
  for (const { topic, records } of request)
    for (const record of records) {
      const key = `${topic}/${record.partition ?? 0}`
      const others = parts.get(key)?.records ?? []
      parts.set(key, { topic, records: [...others, record] })
    }
  for (const { topic, records } of random.shuffled([...parts.values()])) {
    if (extent === 'some' && random.chance(0.5)) continue
    for (const record of records) broker.append(topic, record)
  }
}

/** As the real sink: it tries again for ever, so that rows may come twice, but never not at all. */
export function hostSink(world: World, host: Host): Pick<RowSink, 'insert'> {
  return {
    async insert(batch) {
      const rows = mutatedRows(world, host, batch)
      for (;;) {
        try {
          await host.call('insert', (extent) => store(world, rows, extent))
          return
        } catch (error) {
          if (!host.alive) throw error
        }
      }
    },
  }
}

function store({ tables: stored, random }: World, rows: RowBatch, extent: Extent): void {
  // What was declared shares the fate of its event, and a table's history its own: more tables would give every seed another history.
  const tables = generationTables.filter(
    (table) => table !== 'consent_history' && table !== 'profile_identifier_history',
  )
  for (const table of random.shuffled(tables)) {
    if (extent !== 'all' && !random.chance(0.5)) continue
    stored.insert(table, rows[table] ?? [])
    if (table === 'events') stored.insert('consent_history', rows.consent_history ?? [])
    if (table === 'profile_identifiers')
      stored.insert('profile_identifier_history', rows.profile_identifier_history ?? [])
  }
}

export const lostAnswer = (): Error =>
  new TributaryError('TRB_KAFKA_UNAVAILABLE', 'the answer did not come')
