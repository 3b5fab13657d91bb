import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { Admin } from '#runtime/kafka/ports.ts'
import { commandEvidenceId } from '../../../identity/core/commands.ts'
import { type Waiting, waitUntil } from '../../shell/wait-until.ts'

/** A log and the group that applies it. */
export interface ReadLog {
  readonly topic: string
  readonly group: string
}

export interface SettleDeps {
  readonly clickhouse: ClickHouse
  readonly admin: Pick<Admin, 'offsets' | 'committed'>
  /** Of the generation that serves. */
  readonly profiles: ReadLog
  readonly identity: ReadLog
  readonly timeoutMs: number
  /** Monotonic, milliseconds. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/**
 * Until the linker has decided upon the command, every home has dropped what it was told to drop, every owner has heard of that, and the linker
 * of what the homes had said before. Gives the offset of the command in `identity.links`.
 * @throws TributaryError `TRB_DEPENDENCY_UNAVAILABLE` naming the service that does not come to it.
 */
export async function untilErased(commandId: string, deps: SettleDeps): Promise<number> {
  const waiting: Waiting = { ...deps, deadline: deps.now() + deps.timeoutMs }
  const offset = await waitUntil(waiting, late('identity', commandId), async () =>
    offsetOf(deps.clickhouse, commandId),
  )
  // The linker writes the row when its word to the homes is in the log; homes commit when theirs to the owners is.
  await untilApplied(waiting, commandId, 'profiles', deps)
  await untilApplied(waiting, commandId, 'identity', deps)
  await untilApplied(waiting, commandId, 'profiles', deps)
  return offset
}

async function offsetOf(clickhouse: ClickHouse, commandId: string): Promise<number | null> {
  const [row] = await clickhouse.query<{ readonly offset: string }>(
    'SELECT offset FROM identity_links FINAL WHERE link_id = {id:String}',
    { id: commandEvidenceId(commandId) },
  )
  return row === undefined ? null : Number(row.offset)
}

/** Whatever is in the log now was applied, with its rows in ClickHouse. */
async function untilApplied(
  waiting: Waiting,
  commandId: string,
  service: 'profiles' | 'identity',
  deps: SettleDeps,
): Promise<void> {
  const { group, topic } = deps[service]
  const ends = await deps.admin.offsets(topic)
  await waitUntil(waiting, late(service, commandId), async () => {
    const committed = await deps.admin.committed(group, topic)
    for (const [partition, { high, low }] of ends)
      if (high > low && (committed.get(partition)?.offset ?? 0) < high) return null
    return true
  })
}

const late = (
  service: string,
  commandId: string,
): { readonly message: string; readonly hint: string } => ({
  message: `the erasure is in the log, and the service ${service} has not come to it yet`,
  hint: `See whether ${service} runs: tributary doctor. Then go on: tributary privacy erase --command ${commandId}`,
})
