import type { FragmentId } from '#runtime/event/ids.ts'
import type { OpenIdentity } from '../open-identity.ts'
import type { Refolded } from '../refold/refold.ts'
import { requireType } from '../require-type.ts'

/**
 * Which of these neither a table nor the evidence has: a slip of whoever typed them, or somebody who is still to come.
 * @throws TributaryError `TRB_USAGE` for one of a type that there is not
 */
export async function strangersAmong(
  { inForce, sources }: OpenIdentity,
  named: readonly FragmentId[],
  now: Refolded,
): Promise<readonly FragmentId[]> {
  const rows = await sources.clickhouse.query<{ readonly id: FragmentId }>(
    'SELECT fragment_id AS id FROM profile_identifiers FINAL WHERE fragment_id IN {named:Array(String)}',
    { named },
  )
  const stored = new Set(rows.map(({ id }) => id))
  const strangers = named.filter((id) => !stored.has(id) && now.state.node(id) === undefined)
  for (const id of strangers) requireType(inForce, id)
  return strangers
}
