import { parseArgs } from 'node:util'
import { createKafkajsClient } from '#runtime/kafka/kafkajs/client.ts'
import type { GroupConsumerOptions, KafkaClient } from '#runtime/kafka/ports.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { sessionTimeoutMs } from '../lanes/standing-still.ts'

/** What a process of the floor is told on its command line. */
export interface FloorSettings {
  readonly brokers: string
  readonly registry: string
  readonly clickhouse: string
  readonly database: string
  /** What it reads: a raw topic, or the hop. */
  readonly reads: string
  /** Where a channel's frames go. */
  readonly hop: string
  readonly group: string
  /** Rows of `profiles` for each event, as many as Tributary wrote. */
  readonly profiles: number
  /** Rows of `segment_memberships` for each event. */
  readonly memberships: number
  /** Different profiles in those rows. */
  readonly people: number
}

const text = { type: 'string', default: '' } as const

export function readSettings(args: readonly string[]): FloorSettings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      brokers: text,
      registry: text,
      clickhouse: text,
      database: text,
      reads: text,
      hop: text,
      group: text,
      profiles: text,
      memberships: text,
      people: text,
    },
  })
  const { memberships, people, profiles, ...rest } = values
  return {
    ...rest,
    profiles: Number(profiles),
    memberships: Number(memberships),
    people: Number(people),
  }
}

export const openKafka = ({ brokers, group }: FloorSettings): KafkaClient =>
  createKafkajsClient({ brokers: brokers.split(','), clientId: group }, silentLogger)

/** As Tributary's services have it in the race. */
export const consumerOptions = ({ group, reads }: FloorSettings): GroupConsumerOptions => ({
  groupId: group,
  topics: [reads],
  sessionTimeoutMs,
  heartbeatIntervalMs: 3000,
  fetchWaitMs: 100,
  fetchMinBytes: 262_144,
  fetchMaxBytesPerPartition: 4_194_304,
})

/** Ends this process in order when it is told to. */
export const stopOnTerm = (stop: () => Promise<void>): void => {
  process.once('SIGTERM', () => void stop().finally(() => process.exit(0)))
}
