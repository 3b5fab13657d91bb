import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { type MigrateOptions, targetOf } from '#runtime/clickhouse/migrate.ts'
import { fillIn } from '#runtime/clickhouse/migration-files.ts'
import { quoteName } from '#runtime/clickhouse/quote.ts'
import type { Admin } from '#runtime/kafka/ports.ts'
import { generationTopics, groupName, topicName } from '#schemas/topics.ts'

export interface DropDeps {
  readonly admin: Admin
  readonly clickhouse: ClickHouse
  readonly prefix: string
  readonly tables: Pick<MigrateOptions, 'cluster'>
  /** Where copies of states are kept; null: nowhere. */
  readonly checkpointDir: string | null
}

/** Removes what belongs to one generation alone: its topics, groups and copies of states, and the database that holds its tables. Repeatable. */
export async function dropGeneration(
  { admin, clickhouse, prefix, tables, checkpointDir }: DropDeps,
  generation: number,
  database: string,
): Promise<void> {
  const groups = ['profiles', 'identity'].map((service) => groupName(prefix, service, generation))
  await untilEmpty(admin, groups)
  await admin.deleteTopics(generationTopics.map((name) => topicName(prefix, name, generation)))
  await admin.deleteGroups(groups)
  const target = { ...targetOf(clickhouse, tables), database }
  await clickhouse.command(
    fillIn(`DROP DATABASE IF EXISTS ${quoteName(database)} {cluster} SYNC`, target),
    { withoutDatabase: true },
  )
  if (checkpointDir !== null)
    await rm(join(checkpointDir, String(generation)), { recursive: true, force: true })
}

const betweenLooksMs = 500

/** Its services leave when they read the record; what is in use can't be deleted. */
async function untilEmpty(admin: Admin, groups: readonly string[]): Promise<void> {
  for (;;) {
    const members = await admin.members(groups)
    if ([...members.values()].every((count) => count === 0)) return
    await sleep(betweenLooksMs)
  }
}
