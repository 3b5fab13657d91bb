import { envelope } from '#runtime/channel/core/envelope/envelope.ts'
import { defaultLimits } from '#runtime/channel/core/limits.ts'
import { silentTally } from '#runtime/channel/core/outcome.ts'
import { createChannelHandler } from '#runtime/channel/shell/channel-handler.ts'
import { decodeJson } from '#runtime/channel/shell/decode-text.ts'
import type { RecordDecoder } from '#runtime/channel/shell/decoder.ts'
import type { Definitions } from '#runtime/channel/shell/definitions.ts'
import { silentMetrics } from '#runtime/channel/shell/metrics.ts'
import { createRecordProcessor } from '#runtime/channel/shell/process-record.ts'
import { createDeadLetterEncoder } from '#runtime/channel/shell/sealed-dead-letters.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { definitionVersion, type EpochMs, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type {
  Admin,
  GroupConsumer,
  PartitionHandler,
  Producer,
  TopicPartition,
} from '#runtime/kafka/ports.ts'
import { decodeSuppression } from '#runtime/log/suppression.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { definitions } from './definitions.ts'
import { Killed, type Host } from './host.ts'
import { pseudonymiser } from './people.ts'
import { consumerOptions, hostConsumer, hostProducer } from './ports.ts'
import { count, killHost, newHost, rawTopic, type World } from './world.ts'

/** First byte of records whose schema has to be looked up. */
export const registryMagic = 0

/** One process of a channel, as its handler sees it. */
interface Seat {
  readonly world: World
  readonly host: Host
  readonly consumer: GroupConsumer
  readonly producer: Producer
  readonly decoder: RecordDecoder
  readonly definitions: Definitions
  readonly suppressed: (fragment: FragmentId) => EpochMs | undefined
}

interface Handler {
  readonly handler: PartitionHandler
  seat: Seat
}

/** A channel service: the production pipeline from bytes to frames, with a view of erasures and definitions that may lag behind. */
export async function startChannel(world: World): Promise<Host> {
  const host = newHost(world, 'channel')
  const consumer = hostConsumer(world, host, {
    ...consumerOptions,
    groupId: world.groupIds.channel,
    topics: [rawTopic],
  })
  const suppressions = followSuppressions(world)
  suppressions.catchUp()
  const { handler } = handlerFor({
    world,
    host,
    consumer,
    producer: hostProducer(world, host),
    decoder: createDecoder(world),
    definitions: followDefinitions(world),
    suppressed: suppressions.suppressed,
  })
  await consumer.run({
    ...handler,
    async batch(batch, control) {
      if (!world.faulty || world.random.chance(0.7)) suppressions.catchUp()
      await handler.batch(batch, control)
    },
  })
  return host
}

/** By generation and partitions of `profile.log`. */
const pools = new Map<string, Handler[]>()

/**
 * A handler of a process that is over serves the next one: it forgets all but its rules when it is assigned partitions, and compiling those
 * takes longer than a history.
 */
function handlerFor(seat: Seat): Handler {
  const { generation, partitions } = seat.world
  const pool = pools.get(`${generation}/${partitions}`) ?? []
  pools.set(`${generation}/${partitions}`, pool)
  const free = pool.find(({ seat: { host } }) => !host.alive && host.busy === 0)
  if (free !== undefined) {
    free.seat = seat
    return free
  }
  const made = createHandler(seat)
  pool.push(made)
  return made
}

function createHandler(first: Seat): Handler {
  const decoder: RecordDecoder = {
    decode: (...given) => made.seat.decoder.decode(...given),
    lookUp: async (id) => made.seat.decoder.lookUp(id),
  }
  const handler = createChannelHandler({
    rules: {
      channel: 'web',
      vendors: [envelope],
      limits: defaultLimits,
      pseudonymiser,
      partitions: first.world.partitions,
      suppressed: (fragment) => made.seat.suppressed(fragment),
      prefix: '',
      tally: silentTally,
    },
    definitions: {
      latest: () => made.seat.definitions.latest(),
      since: () => made.seat.definitions.since(),
      get: async (version) => made.seat.definitions.get(version),
    },
    producer: { send: async (batches) => made.seat.producer.send(batches) },
    decoder,
    processor: createRecordProcessor({
      decoder,
      limits: defaultLimits,
      metrics: silentMetrics,
      deadLetters: createDeadLetterEncoder({
        sealer: {
          seal: (bytes) => Buffer.from(bytes).toString('base64'),
          open: (sealed) => Buffer.from(sealed, 'base64'),
        },
        schemaId: 1,
        now: () => epochMs(made.seat.world.now + made.seat.host.skewMs),
      }),
    }),
    topics: first.world.profiles.writes,
    entryOf: () => 'live',
    topicIds: async (names) =>
      (await adminOf(made))
        .describeTopics(names)
        .then((found) => new Map([...found].map(([name, { topicId }]) => [name, topicId]))),
    committed: async (topic) =>
      (await adminOf(made)).committed(made.seat.world.groupIds.channel, topic),
    ends: async (topic) =>
      new Map(
        [...(await (await adminOf(made)).offsets(topic))].map(([at, { high }]) => [at, high]),
      ),
    waitForRegistry: (at) => waitForRegistry(made.seat, at),
    waitsNoMore: () => undefined,
    metrics: silentMetrics,
    log: silentLogger,
    fault: () => dieNowAndThen(made.seat),
    now: () => 0,
  })
  const made: Handler = { handler, seat: first }
  return made
}

const adminOf = async ({ seat }: Handler): Promise<Admin> => seat.world.kafka.client().admin()

function waitForRegistry({ world, host, consumer }: Seat, at: TopicPartition): void {
  consumer.pause([at])
  if (world.mutant === 'a waiting partition is never resumed') return
  host.call('resume', () => consumer.resume([at])).catch(() => undefined)
}

function dieNowAndThen({ world, host }: Seat): void {
  if (!world.faulty || !world.random.chance(world.faults.step)) return
  count(world, 'died between two steps of a channel')
  killHost(world, host)
  throw new Killed(host.name)
}

/** JSON, and records behind an id of a schema that the registry must explain first. */
function createDecoder(world: World): RecordDecoder {
  let known = false
  return {
    decode(bytes) {
      if (bytes[0] === registryMagic && !known) return { schemaNeeded: 7 }
      const decoded = decodeJson(bytes[0] === registryMagic ? bytes.subarray(5) : bytes)
      return 'value' in decoded ? { value: decoded.value, schemaId: null } : decoded
    },
    async lookUp() {
      known = world.registryAnswers
      return Promise.resolve(known ? 'known' : { unavailable: 'away' })
    },
  }
}

/** What was deployed as far as this process has heard. */
function followDefinitions(world: World): Definitions {
  // Its generation's first definition is there before it starts.
  const first = definitions[Math.max(world.since, 1) - 1]
  if (first === undefined) throw new Error('no definition')
  let latest: CompiledDefinition = first
  return {
    since: () => definitionVersion(world.since),
    latest() {
      if (world.random.chance(0.5)) latest = definitions[world.deployed - 1] ?? latest
      return latest
    },
    get: async (version) => Promise.resolve(definitions[version - 1]),
  }
}

function followSuppressions({ broker, profiles }: World) {
  const erased = new Map<FragmentId, EpochMs>()
  let next = 0
  return {
    suppressed: (fragment: FragmentId) => erased.get(fragment),
    catchUp() {
      const records = broker.records(profiles.writes.suppressions, 0)
      for (; next < records.length; next++) {
        const value = records[next]?.value
        if (value === null || value === undefined) continue
        const { fragment, erasedAt } = decodeSuppression(value)
        if (erasedAt > (erased.get(fragment) ?? -1)) erased.set(fragment, erasedAt)
      }
    },
  }
}
