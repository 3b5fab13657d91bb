import { applyTopics, planTopics } from '#runtime/boot/topics.ts'
import { type ClickHouse, migrate, migrateColumns } from '#runtime/clickhouse/index.ts'
import { type MigrateOptions, targetOf } from '#runtime/clickhouse/migrate.ts'
import { fillIn } from '#runtime/clickhouse/migration-files.ts'
import { quoteName } from '#runtime/clickhouse/quote.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { identityPolicy } from '#runtime/definition/identity-policy.ts'
import { offset } from '#runtime/event/ids.ts'
import type { Admin, Producer } from '#runtime/kafka/ports.ts'
import { packFrames } from '#runtime/log/frame.ts'
import { encodeLinksRecord } from '#runtime/log/links-record.ts'
import { generationTables } from '#schemas/clickhouse/keys.ts'
import { generationTopics, groupName, topicName } from '#schemas/topics.ts'
import type { NewGeneration } from '../generations.ts'
import { groupPlace, logEnds } from './group-place.ts'
import { tombstone } from './nudges.ts'

export interface NewGenerationDeps {
  readonly admin: Admin
  readonly producer: Producer
  /** Its tables, beside those that are read. */
  readonly shadow: ClickHouse
  readonly definition: CompiledDefinition
  readonly prefix: string
  readonly generation: number
  readonly partitions: number
  readonly replicationFactor: number
  readonly tables: Pick<MigrateOptions, 'cluster' | 'engine' | 'now'>
  /** Different at every send: so that compaction lets no link supersede another. */
  readonly nonce: () => string
}

/**
 * A process of the old generation that slept through the switch wakes with rows in its hands: they belong to tables that are elsewhere by
 * then, and a row of `events` more would be an event that counts twice. The generation is the top 8 bits of a version.
 */
async function keepOthersOut(
  shadow: ClickHouse,
  table: string,
  generation: number,
  tables: Pick<MigrateOptions, 'cluster' | 'engine'>,
): Promise<void> {
  const statement = `ALTER TABLE {database}.${quoteName(table)} {cluster} ADD CONSTRAINT IF NOT EXISTS generation CHECK bitShiftRight(version, 56) = ${generation}`
  await shadow.command(fillIn(statement, targetOf(shadow, tables)))
}

/** The generation that is being built, as Kafka and ClickHouse hold it. */
export function createNewGeneration(deps: NewGenerationDeps): NewGeneration {
  const { admin, producer, shadow, definition, prefix, generation, partitions, nonce } = deps
  const log = topicName(prefix, 'profile.log', generation)
  const links = topicName(prefix, 'identity.links', generation)
  const types = identityPolicy(definition.definition.identity).priority
  return {
    async prepare() {
      const plan = await planTopics(admin, {
        prefix,
        generation,
        profileLogPartitions: partitions,
        sourcePartitions: 1,
        replicationFactor: deps.replicationFactor,
        withSources: false,
      })
      const own = new Set(generationTopics.map((name) => topicName(prefix, name, generation)))
      const isOwn = ({ topic }: { readonly topic: string }): boolean => own.has(topic)
      await applyTopics(admin, {
        create: plan.create.filter(isOwn),
        change: plan.change.filter(isOwn),
        conflicts: plan.conflicts.filter(isOwn),
      })
      await migrate(shadow, deps.tables)
      await migrateColumns(shadow, definition, deps.tables)
      for (const table of generationTables)
        await keepOthersOut(shadow, table, generation, deps.tables)
    },
    identifierTypes: async () => Promise.resolve(types),
    async send(frames) {
      const records = frames.flatMap(({ partition, frame }) =>
        packFrames(frame).map((value) => ({ key: null, value, partition })),
      )
      if (records.length > 0) await producer.send([{ topic: log, records }])
    },
    async sendLinks(sent) {
      const suffix = nonce()
      const records = sent.map(({ key, record }) => ({
        key: Buffer.from(`${key}/${suffix}`),
        value: encodeLinksRecord(record),
        partition: 0,
      }))
      if (records.length > 0) await producer.send([{ topic: links, records }])
    },
    ends: async () => logEnds(admin, log, partitions),
    linksEnd: async () => (await logEnds(admin, links, 1)).high[0] ?? offset(0),
    profiles: async () =>
      groupPlace(admin, groupName(prefix, 'profiles', generation), log, partitions),
    identity: async () => groupPlace(admin, groupName(prefix, 'identity', generation), links, 1),
    nudgeLinks: async () => producer.send([tombstone(links)]),
  }
}
