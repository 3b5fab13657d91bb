import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import type { CommandRecord } from '#runtime/log/links.ts'
import { commandEvidenceId } from '../../../identity/core/commands.ts'
import { type Waiting, waitUntil } from '../../shell/wait-until.ts'
import { differences, storedProfiles } from '../refold/compare-stored.ts'
import type { Refolded } from '../refold/refold.ts'

export interface WaitDeps {
  readonly clickhouse: ClickHouse
  readonly timeoutMs: number
  /** Monotonic, milliseconds. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Folds again what is known now. */
  readonly refolded: () => Promise<Refolded>
}

/**
 * Until the linker has decided upon the commands and the homes have the profiles that it gave to these identifiers.
 * @throws TributaryError `TRB_DEPENDENCY_UNAVAILABLE` naming the service that does not come to it.
 */
export async function waitUntilDone(
  commands: readonly CommandRecord[],
  concerned: readonly FragmentId[],
  deps: WaitDeps,
): Promise<Refolded> {
  const waiting: Waiting = { ...deps, deadline: deps.now() + deps.timeoutMs }
  const links = commands.map(({ commandId }) => commandEvidenceId(commandId))
  await waitUntil(waiting, late('identity'), async () =>
    (await decided(deps.clickhouse, links)) ? true : null,
  )
  return waitUntil(waiting, late('profiles'), async () => {
    const refolded = await deps.refolded()
    const stored = await storedProfiles(deps.clickhouse, concerned)
    return differences(refolded, concerned, stored).length === 0 ? refolded : null
  })
}

async function decided(clickhouse: ClickHouse, links: readonly string[]): Promise<boolean> {
  const [row] = await clickhouse.query<{ readonly links: string }>(
    'SELECT uniqExact(link_id) AS links FROM identity_decisions FINAL WHERE link_id IN {links:Array(String)}',
    { links },
  )
  return Number(row?.links) === links.length
}

const late = (service: string): { readonly message: string; readonly hint: string } => ({
  message: `the command is in the log, and the service ${service} has not come to it yet`,
  hint: `See whether ${service} runs: tributary doctor. The command need not be given again.`,
})
