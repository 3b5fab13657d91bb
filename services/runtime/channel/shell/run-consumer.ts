import type {
  GroupConsumer,
  KafkaClient,
  GroupConsumerOptions,
  PartitionHandler,
  TopicDescription,
  TopicPartition,
} from '../../kafka/ports.ts'
import type { Clock } from '../../lifecycle/index.ts'
import { isTributaryError } from '../../errors/index.ts'
import type { Logger } from '../../telemetry/index.ts'

/** How often topics that the pipeline file names are looked for. */
const lookEveryMs = 10_000
/** How long a partition waits before the registry is asked again. */
const registryPauseMs = 2000

export interface ConsumerRun {
  /** Resolves with the error that ended it, or undefined after `stop`. */
  readonly ended: Promise<Error | undefined>
  /** Pauses a partition and resumes it after a while. */
  waitForRegistry(at: TopicPartition): void
  stop(): Promise<void>
}

/** A topic as a member of the group found it: one that was created anew has another id, and the brokers tell nobody of either. */
const keyOf = ({ topic, topicId, partitions }: TopicDescription): string =>
  `${topic} ${topicId} ${partitions}`

const isSame = (one: readonly TopicDescription[], other: readonly TopicDescription[]): boolean =>
  one.map(keyOf).join() === other.map(keyOf).join()

const namesOf = (topics: readonly TopicDescription[]): readonly string[] =>
  topics.map(({ topic }) => topic)

/**
 * Consumes the topics that are there, and starts anew when they are others: topics come with deployments and with producers, get more
 * partitions, and are deleted and created anew.
 */
export function runConsumer(deps: {
  readonly kafka: Pick<KafkaClient, 'consumer'>
  readonly options: Omit<GroupConsumerOptions, 'topics'>
  topics(): Promise<readonly TopicDescription[]>
  readonly handler: PartitionHandler
  readonly clock: Clock
  readonly log: Logger
}): ConsumerRun {
  const { kafka, clock, log } = deps
  const stopping = new AbortController()
  const { signal } = stopping
  let current: GroupConsumer | undefined

  /** One of them may be deleted during the look itself. */
  const look = async (): Promise<readonly TopicDescription[]> => {
    for (;;) {
      try {
        return await deps.topics()
      } catch (error) {
        if (signal.aborted || !isTributaryError(error, 'TRB_TOPIC_MISSING')) throw error
        await clock.sleep(lookEveryMs, signal)
      }
    }
  }

  /** Resolves when there are other topics to read. */
  const changed = async (known: readonly TopicDescription[], over: AbortSignal): Promise<void> => {
    for (;;) {
      await clock.sleep(lookEveryMs, over)
      if (isOver(over)) return
      const now = await deps.topics().catch(() => known)
      if (isSame(now, known)) continue
      log.info({ topics: namesOf(now) }, 'the topics to read have changed')
      return
    }
  }

  const read = async (
    consumer: GroupConsumer,
    topics: readonly string[],
  ): Promise<Error | undefined> => {
    await consumer.run(deps.handler)
    log.info({ topics }, 'reading')
    return consumer.ended
  }

  const generation = async (): Promise<Error | undefined> => {
    const topics = await look()
    const consumer = kafka.consumer({ ...deps.options, topics: namesOf(topics) })
    current = consumer
    // Its run waits while no broker answers, and the end must not.
    signal.addEventListener('abort', () => void consumer.stop(), { once: true })
    const over = new AbortController()
    try {
      const error = await Promise.race([
        read(consumer, namesOf(topics)),
        changed(topics, AbortSignal.any([over.signal, signal])).then(() => undefined),
      ])
      await consumer.stop()
      return error ?? (await consumer.ended)
    } finally {
      over.abort()
    }
  }

  const loop = async (): Promise<Error | undefined> => {
    try {
      while (!signal.aborted) {
        const error = await generation()
        if (error !== undefined) return error
      }
      return undefined
    } catch (thrown) {
      // What was waited for is of no interest any more.
      if (signal.aborted) return undefined
      return thrown instanceof Error ? thrown : new Error(String(thrown))
    }
  }
  const resumeLater = async (
    at: TopicPartition,
    consumer: GroupConsumer | undefined,
  ): Promise<void> => {
    await clock.sleep(registryPauseMs, signal)
    consumer?.resume([at])
  }
  const ended = loop()

  return {
    ended,
    waitForRegistry(at) {
      const consumer = current
      consumer?.pause([at])
      void resumeLater(at, consumer)
    },
    async stop() {
      stopping.abort()
      await ended
    },
  }
}

/** Read through a call: it changes while others are awaited. */
const isOver = (signal: AbortSignal): boolean => signal.aborted
