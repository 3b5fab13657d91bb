import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { Sealing, Suppressed } from '#runtime/channel/core/route.ts'
import type { RecordDecoder } from '#runtime/channel/shell/decoder.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import type { Admin, PartitionReader, Producer } from '#runtime/kafka/ports.ts'
import { type InstallationKey, recordKey } from '#runtime/keys/index.ts'
import { encodeExpiry } from '#runtime/log/expiry.ts'
import { encodeSuppression } from '#runtime/log/suppression.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { topicName } from '#schemas/topics.ts'
import type { RawTopics } from '../ports.ts'
import { mergeRecords } from './merge-records.ts'
import { createRawPipeline } from './raw-pipeline.ts'
import { type RawTopic, rawTopics } from './raw-partitions.ts'

export interface RawTopicsDeps {
  readonly admin: Admin
  readonly reader: PartitionReader
  readonly producer: Pick<Producer, 'send'>
  readonly decoder: RecordDecoder
  readonly prefix: string
  readonly definition: CompiledDefinition
  readonly generation: number
  readonly partitions: number
  readonly keyInForce: InstallationKey
  readonly newKey: InstallationKey
  /** For what the file keeps. */
  readonly sealing: Sealing & { stored(): Promise<void> | null }
  /** Told how what is fed is screened: a data key from before an erasure seals nothing any more. */
  readonly screenedBy: (suppressed: Suppressed) => void
  readonly now: () => EpochMs
}

/** Raw topics as the channels read them, under the key in force and under the new one. */
export function createRawTopics(deps: RawTopicsDeps): RawTopics {
  const { admin, producer, prefix, definition, sealing } = deps
  const refused = new Map<string, number>()
  const dropped = new Map<string, number>()
  let gone = 0
  const look = async (): Promise<readonly RawTopic[]> =>
    rawTopics(admin, definition.definition, prefix)
  return {
    async look() {
      const topics = await look()
      return {
        low: Object.fromEntries(topics.map(({ topic, low }) => [topic, [...low]])),
        committed: Object.fromEntries(
          topics.map(({ topic, committed }) => [topic, [...committed]]),
        ),
      }
    },
    async *read({ from, until, feeds, ...names }) {
      const topics = new Map((await look()).map((topic) => [topic.topic, topic]))
      const process = createRawPipeline({
        ...deps,
        keyInForce: createPseudonymiser(deps.keyInForce.bytes),
        newKey: createPseudonymiser(deps.newKey.bytes),
        names,
        sealing: feeds ? sealing : null,
        screenedBy: feeds ? deps.screenedBy : () => undefined,
        left: {
          refused: (reason) => feeds && count(refused, reason),
          dropped: (reason) => feeds && count(dropped, reason),
        },
      })
      const parts = Object.entries(until).flatMap(([topic, offsets]) =>
        offsets.map((end, partition) => ({
          topic,
          partition,
          from: from[topic]?.[partition] ?? 0,
          until: end,
        })),
      )
      for await (const placed of mergeRecords(deps.reader, parts)) {
        const topic = topics.get(placed.topic)
        if (topic === undefined)
          throw new TributaryError('TRB_TOPIC_MISSING', `there is no ${placed.topic} any more`)
        yield await process(topic, placed)
      }
    },
    lost(records) {
      gone += records
    },
    leftOver: () => ({ refused, dropped, gone }),
    stored: async () => {
      await sealing.stored()
    },
    async keepOut(erased, expired) {
      const suppressions = erased.map((record) => ({
        key: Buffer.from(record.fragment),
        value: encodeSuppression(record),
        partition: 0,
      }))
      const expiries = expired.map((record) => ({
        key: Buffer.from(record.fragment),
        value: encodeExpiry(record),
        partition: 0,
      }))
      if (suppressions.length > 0)
        await producer.send([
          { topic: topicName(prefix, 'identity.suppressions'), records: suppressions },
        ])
      if (expiries.length > 0)
        await producer.send([{ topic: topicName(prefix, 'identity.expiries'), records: expiries }])
    },
    recordKey: async () =>
      recordKey(producer, topicName(prefix, 'pipeline.keys'), {
        generation: deps.generation,
        key: deps.newKey.id,
      }),
  }
}

const count = (counts: Map<string, number>, reason: string): void => {
  counts.set(reason, (counts.get(reason) ?? 0) + 1)
}
