import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { withinPartitions } from '#runtime/clickhouse/within-partitions.ts'
import type { TraitView } from '../../profile/profile-view.ts'
import { parsedJson } from '../../shell/json.ts'
import type { AccessView, HeldDeclaration, HeldTransition } from './access-view.ts'
import type { TraitEvents } from './held-values.ts'
import { heldIdentifier } from './named.ts'
import { isJoint, type Whose } from './read-joint.ts'
import { until } from './until.ts'

/** Declarations of some fragments, oldest first. */
export async function readDeclarations(
  clickhouse: ClickHouse,
  fragments: readonly string[],
  at: Date | null,
): Promise<readonly HeldDeclaration[]> {
  const rows = await clickhouse.query<
    Omit<HeldDeclaration, 'identifier'> & { readonly fragment_id: string }
  >(
    `SELECT fragment_id, purpose, state, declared_at, received_at, source, event_id FROM consent_history FINAL
     WHERE fragment_id IN {fragments:Array(String)}${until('received_at', at)}
     ORDER BY declared_at, received_at, fragment_id, purpose`,
    { fragments, at },
  )
  return rows.map(({ fragment_id: fragment, ...row }) => ({
    ...row,
    identifier: heldIdentifier(fragment),
  }))
}

/** Entries and exits of profiles, oldest first. */
export async function readTransitions(
  clickhouse: ClickHouse,
  whose: Whose,
): Promise<readonly HeldTransition[]> {
  const rows = await clickhouse.query<
    Omit<HeldTransition, 'joint'> & { readonly because: string; readonly joint: 0 | 1 }
  >(
    `SELECT c.segment AS segment, c.to AS to, c.at AS at, c.cause AS cause, c.because AS because, ${isJoint} AS joint
     FROM segment_changes AS c
     WHERE c.profile_id IN {profiles:Array(UUID)}${until('c.at', whose.at)} ORDER BY c.at, c.version, c.seq`,
    { ...whose },
  )
  return rows.map((row) => {
    const joint = row.joint === 1
    return { ...row, because: joint ? null : parsedJson(row.because), joint }
  })
}

export async function readProfileHistory(
  clickhouse: ClickHouse,
  profiles: readonly string[],
  at: Date | null,
): Promise<AccessView['profile_history']> {
  const [row] = await clickhouse.query<{ readonly n: string; readonly oldest: string | null }>(
    `SELECT count() AS n, minOrNull(updated_at) AS oldest FROM profile_history FINAL
     WHERE profile_id IN {profiles:Array(UUID)}${until('updated_at', at)}`,
    { profiles, at },
  )
  return { rows: Number(row?.n ?? 0), oldest: row?.oldest ?? null }
}

/** Which event gave each trait its value, by the trait's name; those whose event is gone are left out. */
export async function readTraitEvents(
  clickhouse: ClickHouse,
  fragments: readonly string[],
  traits: Readonly<Record<string, TraitView>>,
): Promise<TraitEvents> {
  const times = [...new Set(Object.values(traits).flatMap(({ at }) => at ?? []))].map((at) =>
    Date.parse(at),
  )
  if (times.length === 0) return new Map()
  const rows = await clickhouse.query<{
    readonly event_id: string
    readonly source: string
    readonly occurred_at: string
    readonly names: readonly string[]
  }>(
    `SELECT event_id, source, occurred_at, JSONExtractKeys(traits) AS names FROM events FINAL
     WHERE fragment_id IN {fragments:Array(String)} AND traits != '{}'
       AND has({times:Array(Int64)}, toUnixTimestamp64Milli(occurred_at))
     ORDER BY event_key SETTINGS ${withinPartitions}`,
    { fragments, times },
  )
  const found = new Map<string, string>()
  for (const [name, { source, at }] of Object.entries(traits)) {
    const row = rows.find(
      (one) => one.source === source && one.occurred_at === at && one.names.includes(name),
    )
    if (row !== undefined) found.set(name, row.event_id)
  }
  return found
}
