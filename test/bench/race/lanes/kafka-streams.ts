import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClickHouse } from '#runtime/clickhouse/index.ts'
import { checkout } from '../../../world/demo/directory.ts'
import { peerCommand } from '../../peers/peer.ts'
import { type PeopleValues, problemsByValues } from '../check/values.ts'
import type { Ground } from '../ground.ts'
import { eventsOf, type StreamPlan } from '../stream/plan.ts'
import { personId } from '../stream/person-id.ts'
import { sourcePartitions } from '../stream/records.ts'
import { type Child, startChild } from './child.ts'
import { problemsOfEvents, missingInProfiles } from './complete.ts'
import type { Lane } from './lane.ts'
import { sessionTimeoutMs } from './standing-still.ts'

const tables = join(checkout, 'test/bench/peers/kafka-streams/tables.sql')

export interface KafkaStreamsOptions {
  readonly plan: StreamPlan
  readonly guarantee: 'at_least_once' | 'exactly_once_v2'
  /** What Tributary stored in the same round. */
  readonly ours: PeopleValues
}

/** Room for its stores and the heap of a service that an operator would give it on such a machine; the collector is the JVM's own choice. */
const jvmFlags = ['-Xms512m', '-Xmx2g']
const threads = 2

/** The same result by Kafka Streams, told who is who: identity is not its to find out. */
export async function kafkaStreamsLane(
  ground: Ground,
  { guarantee, ours, plan }: KafkaStreamsOptions,
): Promise<Lane> {
  const prefix = `k${randomBytes(4).toString('hex')}`
  const directory = mkdtempSync(join(tmpdir(), `tributary-race-${prefix}-`))
  const admin = await ground.kafka.admin()
  const clickhouse = createClickHouse({ url: ground.addresses.clickhouseUrl, database: prefix })
  const topicOf = {
    web: `${prefix}.channel.web`,
    email: `${prefix}.channel.email`,
    crm: `${prefix}.channel.crm`,
  }
  const assignments = `${prefix}.assignments`
  await admin.createTopics([
    ...Object.values(topicOf).map((topic) => ({
      topic,
      partitions: sourcePartitions,
      replicationFactor: 1,
      config: { 'message.timestamp.type': 'LogAppendTime' },
    })),
    {
      topic: assignments,
      partitions: sourcePartitions,
      replicationFactor: 1,
      config: { 'cleanup.policy': 'compact' },
    },
  ])
  await clickhouse.command(`CREATE DATABASE ${prefix}`, { withoutDatabase: true })
  for (const statement of statementsIn(readFileSync(tables, 'utf8')))
    await clickhouse.command(statement)
  await tellWhoIsWho(ground, assignments, plan)
  const settings = {
    bootstrap: ground.addresses.kafkaBrokers.join(','),
    registry: ground.addresses.registryUrl,
    clickhouse: ground.addresses.clickhouseUrl,
    database: prefix,
    topics: Object.entries(topicOf)
      .map((pair) => pair.join('='))
      .join(','),
    assignments,
    'application-id': `${prefix}.streams`,
    guarantee,
    'state-dir': join(directory, 'state'),
    threads: String(threads),
    'session-timeout-ms': String(sessionTimeoutMs),
    now: String(plan.timed.endsAt),
  }
  let child: Child | null = null
  return {
    clickhouse,
    topicOf,
    start() {
      child = startChild({
        name: 'streams',
        command: 'java',
        args: [
          ...jvmFlags,
          ...peerCommand,
          ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
        ],
        workingDirectory: directory,
        logFile: join(directory, 'streams.log'),
      })
      return [child.member]
    },
    assertAlive: () => child?.assertAlive(),
    trouble: async () => Promise.resolve(child?.lastWords() ?? 'it was not started'),
    missing: async (events, people) => missingInProfiles(clickhouse, events, people),
    async stop() {
      await child?.stop()
    },
    problems: async () => [
      ...(await problemsOfEvents(clickhouse, plan)),
      ...(await problemsByValues(clickhouse, ours, personId)),
    ],
    async drop() {
      await child?.stop()
      const topics = await admin.listTopics()
      await admin.deleteTopics(topics.filter((topic) => topic.startsWith(`${prefix}.`)))
      await clickhouse.command(`DROP DATABASE IF EXISTS ${prefix}`, { withoutDatabase: true })
      await Promise.all([admin.close(), clickhouse.close()])
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Statements of a file of SQL, without its comments. */
const statementsIn = (sql: string): readonly string[] =>
  sql
    .replaceAll(/^\s*--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')

const recordsPerSend = 1000

async function tellWhoIsWho(ground: Ground, topic: string, plan: StreamPlan): Promise<void> {
  const profileOf = new Map<string, string>()
  for (const { event, firstPerson } of eventsOf(plan))
    for (const [type, value] of event.identifiers)
      profileOf.set(`${type}=${value}`, personId(firstPerson + event.person))
  const records = [...profileOf].map(([key, profile]) => ({
    key: Buffer.from(key),
    value: Buffer.from(profile),
  }))
  const producer = await ground.kafka.producer()
  for (let from = 0; from < records.length; from += recordsPerSend)
    await producer.send([{ topic, records: records.slice(from, from + recordsPerSend) }])
  await producer.close()
}
