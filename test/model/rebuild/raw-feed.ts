import { createCarrying } from '../../../services/cli/rebuild/new-key/carry.ts'
import type { RawFeed } from '../../../services/cli/rebuild/new-key/raw-feed.ts'
import type { RawTopics } from '../../../services/cli/rebuild/new-key/ports.ts'
import { createRawPipeline } from '../../../services/cli/rebuild/new-key/shell/raw-pipeline.ts'
import type { RawTopic } from '../../../services/cli/rebuild/new-key/shell/raw-partitions.ts'
import type { OldGeneration } from '../../../services/cli/rebuild/generations.ts'
import { decodeJson } from '#runtime/channel/shell/decode-text.ts'
import type { RecordDecoder } from '#runtime/channel/shell/decoder.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { RawOffsets } from '#runtime/generation/record.ts'
import { encodeExpiry } from '#runtime/log/expiry.ts'
import { encodeSuppression } from '#runtime/log/suppression.ts'
import { registryMagic } from '../channel-host.ts'
import type { Host } from '../host.ts'
import { pseudonymiser } from '../people.ts'
import { rawTopic, type World } from '../world.ts'

const decoder: RecordDecoder = {
  decode(bytes) {
    const decoded = decodeJson(bytes[0] === registryMagic ? bytes.subarray(5) : bytes)
    return 'value' in decoded ? { value: decoded.value, schemaId: null } : decoded
  },
  lookUp: async () => Promise.resolve('known'),
}

/**
 * What a rebuild under a new key is fed from, in memory. The new key is the old one here, so that the oracle knows everybody: what is
 * looked at is the feed, not the names. Everything goes the way of two keys all the same.
 */
export function rawFeed(
  host: Host,
  world: World,
  next: World,
  old: OldGeneration,
  definition: CompiledDefinition,
): RawFeed {
  const { broker, profiles } = world
  const ask = async <T>(read: () => T): Promise<T> => {
    const answers: T[] = []
    await host.call('look', () => {
      answers.push(read())
    })
    const [answer] = answers
    if (answer === undefined) throw new Error('no answer')
    return answer
  }
  const partitions = (): number[] => (broker.topic(rawTopic)?.partitions ?? []).map((_, n) => n)
  const offsets = (of: (partition: number) => number): RawOffsets => ({
    [rawTopic]: partitions().map(of),
  })
  const topic: RawTopic = {
    topic: rawTopic,
    channel: 'web',
    entry: 'live',
    incarnation: 0,
    low: [],
    high: [],
    committed: [],
  }
  const raw: RawTopics = {
    look: async () =>
      ask(() => ({
        low: offsets((partition) => broker.range({ topic: rawTopic, partition }).low),
        committed: offsets(
          (partition) =>
            broker.committed(world.groupIds.channel, { topic: rawTopic, partition })?.offset ?? 0,
        ),
      })),
    async *read({ from, until, feeds: _feeds, ...names }) {
      const process = createRawPipeline({
        definition,
        partitions: next.partitions,
        prefix: '',
        decoder,
        now: () => epochMs(world.now),
        keyInForce: pseudonymiser,
        newKey: pseudonymiser,
        names,
        sealing: null,
        screenedBy: () => undefined,
        left: { refused: () => undefined, dropped: () => undefined },
      })
      const records = await ask(() =>
        partitions().flatMap((partition) => {
          // A broker's clock may go back; a partition keeps its order all the same.
          let time = 0
          return broker
            .records(rawTopic, partition)
            .filter(
              ({ offset }) =>
                offset >= (from[rawTopic]?.[partition] ?? 0) &&
                offset < (until[rawTopic]?.[partition] ?? 0),
            )
            .map((record) => ({
              time: (time = Math.max(time, record.timestamp)),
              placed: { topic: rawTopic, partition, record },
            }))
        }),
      )
      for (const { placed } of records.toSorted((a, b) => a.time - b.time))
        yield await process(topic, placed)
    },
    lost: () => undefined,
    leftOver: () => ({ refused: new Map(), dropped: new Map(), gone: 0 }),
    stored: async () => Promise.resolve(),
    keepOut: async (erased, expired) =>
      host.call('send', () => {
        for (const record of erased)
          broker.append(profiles.writes.suppressions, {
            key: Buffer.from(record.fragment),
            value: encodeSuppression(record),
            partition: 0,
          })
        for (const record of expired)
          broker.append(profiles.writes.expiries, {
            key: Buffer.from(record.fragment),
            value: encodeExpiry(record),
            partition: 0,
          })
      }),
    recordKey: async () => Promise.resolve(),
  }
  return { raw, carrying: createCarrying(old, raw) }
}
