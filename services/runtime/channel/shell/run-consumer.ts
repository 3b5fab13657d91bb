import type {
  GroupConsumer,
  KafkaClient,
  GroupConsumerOptions,
  PartitionHandler,
  TopicPartition,
} from '../../kafka/ports.ts'
import type { Clock } from '../../lifecycle/index.ts'
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

/** Consumes the topics that are there, and starts anew when that set changes: topics come with deployments and with producers. */
export function runConsumer(deps: {
  readonly kafka: Pick<KafkaClient, 'consumer'>
  readonly options: Omit<GroupConsumerOptions, 'topics'>
  topics(): Promise<readonly string[]>
  readonly handler: PartitionHandler
  readonly clock: Clock
  readonly log: Logger
  waiting(at: TopicPartition, waits: boolean): void
}): ConsumerRun {
  const { kafka, clock, log } = deps
  const stopping = new AbortController()
  const { signal } = stopping
  let current: GroupConsumer | undefined

  /** Resolves when the set of topics is another one. */
  const changed = async (known: readonly string[], over: AbortSignal): Promise<void> => {
    for (;;) {
      await clock.sleep(lookEveryMs, over)
      if (isOver(over)) return
      const now = await deps.topics().catch(() => known)
      if (now.join() === known.join()) continue
      log.info({ topics: now }, 'the topics to read have changed')
      return
    }
  }

  const generation = async (): Promise<Error | undefined> => {
    const topics = await deps.topics()
    const consumer = kafka.consumer({ ...deps.options, topics })
    current = consumer
    // Its run waits while no broker answers, and the end must not.
    signal.addEventListener('abort', () => void consumer.stop(), { once: true })
    await consumer.run(deps.handler)
    log.info({ topics }, 'reading')
    const over = new AbortController()
    const error = await Promise.race([
      consumer.ended,
      changed(topics, AbortSignal.any([over.signal, signal])).then(() => undefined),
    ])
    over.abort()
    await consumer.stop()
    return error ?? (await consumer.ended)
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
    deps.waiting(at, false)
    consumer?.resume([at])
  }
  const ended = loop()

  return {
    ended,
    waitForRegistry(at) {
      const consumer = current
      consumer?.pause([at])
      deps.waiting(at, true)
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
