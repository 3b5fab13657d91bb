import { defaultLimits } from '#runtime/channel/core/limits.ts'
import type { Sealing, Suppressed } from '#runtime/channel/core/route.ts'
import type { RecordDecoder } from '#runtime/channel/shell/decoder.ts'
import { silentMetrics } from '#runtime/channel/shell/metrics.ts'
import { createRecordProcessor } from '#runtime/channel/shell/process-record.ts'
import { type ChannelRules, createRules } from '#runtime/channel/shell/rules.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs, type EpochMs } from '#runtime/event/ids.ts'
import { type Channel, channels } from '#runtime/event/vocabulary.ts'
import { underEarlierKeys } from '#runtime/pseudonym/earlier-keys.ts'
import type { Pseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { channelVendors } from '../../../normalise/channel-vendors.ts'
import type { OldNames, RawEvent, RawRecord } from '../ports.ts'
import type { PlacedRecord } from './merge-records.ts'
import type { RawTopic } from './raw-partitions.ts'

export interface RawPipelineDeps {
  readonly definition: CompiledDefinition
  readonly partitions: number
  readonly prefix: string
  readonly decoder: RecordDecoder
  readonly now: () => EpochMs
  readonly keyInForce: Pseudonymiser
  readonly newKey: Pseudonymiser
  readonly names: OldNames
  /** null: nothing is sealed, and what the file keeps sealed stays behind. */
  readonly sealing: Sealing | null
  readonly screenedBy: (suppressed: Suppressed) => void
  /** What is no event was a dead letter before, or dropped: it is counted, and not sent again. */
  readonly left: { refused(reason: string): void; dropped(reason: string): void }
}

/** The channels' own pipeline, without what they write: what they would make of a raw record under the new key. */
export function createRawPipeline(
  deps: RawPipelineDeps,
): (topic: RawTopic, placed: PlacedRecord) => Promise<RawRecord> {
  const { decoder, definition, left, names } = deps
  const { pseudonymiser, suppressed } = underEarlierKeys({
    pseudonymiser: deps.newKey,
    earlier: [deps.keyInForce],
    suppressed: names.erasedAt,
    met: names.met,
  })
  deps.screenedBy(suppressed)
  const processor = createRecordProcessor({
    decoder,
    limits: defaultLimits,
    metrics: {
      ...silentMetrics,
      deadLetter: (_source, _stage, reason) => left.refused(reason),
      dropped: (_source, reason) => left.dropped(reason),
    },
    deadLetters: { encode: () => ({ key: null, value: null }) },
  })
  const rules = new Map<Channel, ChannelRules>(
    channels.map((channel) => [
      channel,
      createRules(definition, {
        channel,
        vendors: channelVendors[channel],
        limits: defaultLimits,
        pseudonymiser,
        partitions: deps.partitions,
        suppressed,
        prefix: deps.prefix,
        tally: silentMetrics,
        ...(deps.sealing === null ? {} : { sealing: deps.sealing }),
      }),
    ]),
  )
  return async ({ channel, entry, incarnation }, { topic, partition, record }) => {
    const events: RawEvent[] = []
    const outbox = {
      event: (home: number, _offset: number, index: number, event: RawEvent['event']) => {
        events.push({ index, partition: home, event })
      },
      deadLetter: () => undefined,
    }
    const ofChannel = rules.get(channel)
    if (ofChannel === undefined) throw new TributaryError('TRB_INTERNAL', `no rules of ${channel}`)
    const needed = processor.process(record, { topic, partition }, entry, ofChannel, outbox)
    if (needed !== null) {
      const answer = await decoder.lookUp(needed)
      if (typeof answer === 'object')
        throw new TributaryError(
          'TRB_REGISTRY_UNAVAILABLE',
          `the registry gives no schema ${needed}: ${answer.unavailable}`,
          { hint: 'When it answers again, start the command again: it goes on.' },
        )
      processor.process(record, { topic, partition }, entry, ofChannel, outbox)
    }
    return {
      topic,
      partition,
      offset: record.offset,
      origin: { kind: 'raw', topic, incarnation, partition },
      // A producer's clock may be anything, and the log's clock never goes back.
      logTime: epochMs(Math.min(record.timestamp, deps.now())),
      events,
    }
  }
}
