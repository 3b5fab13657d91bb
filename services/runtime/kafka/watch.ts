import type { Health, Metrics } from '../telemetry/index.ts'

/** What a consumer tries again by itself when it fails. */
export type Retried = 'connect' | 'open' | 'heartbeat' | 'batch' | 'commit'

/** Told how consumers fare, so that a process whose brokers are away says so. */
export interface KafkaWatch {
  /** `look` gives what is wrong with a consumer, or null; the result takes it off again. */
  consumer(groupId: string, look: () => string | null): () => void
  retried(groupId: string, what: Retried): void
}

export const unwatched: KafkaWatch = {
  consumer: () => () => undefined,
  retried: () => undefined,
}

/** Health names the consumer and why it waits; the counter says how often what was tried again. */
export function watchKafka({
  health,
  metrics,
}: {
  readonly health: Pick<Health, 'register' | 'forget'>
  readonly metrics: Metrics
}): KafkaWatch {
  const retries = metrics.counter({
    name: 'kafka_retries_total',
    help: 'What a consumer had to try again: connecting, opening its partitions, a heartbeat, a batch, committing an offset',
    labels: ['group', 'what'],
  })
  return {
    consumer(groupId, look) {
      const name = `consumer ${groupId}`
      health.register(name, () => {
        const why = look()
        return { ok: why === null, why }
      })
      return () => health.forget(name)
    },
    retried: (group, what) => retries.add({ group, what }),
  }
}
