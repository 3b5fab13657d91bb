import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import type { Refolded } from './refold.ts'

/** An identifier that the tables have in another profile than its evidence. */
export interface StoredDifference {
  readonly fragment: FragmentId
  readonly stored: string
  readonly refolded: string
}

const namesAtOnce = 200

/** Profiles of identifiers as `profile_identifiers` has them; one without a row is missing. */
export async function storedProfiles(
  clickhouse: ClickHouse,
  ids: readonly FragmentId[],
): Promise<ReadonlyMap<FragmentId, string>> {
  const found = new Map<FragmentId, string>()
  for (let from = 0; from < ids.length; from += namesAtOnce) {
    const rows = await clickhouse.query<{
      readonly fragment_id: FragmentId
      readonly profile_id: string
    }>(
      'SELECT fragment_id, profile_id FROM profile_identifiers FINAL WHERE fragment_id IN {ids:Array(String)}',
      { ids: ids.slice(from, from + namesAtOnce) },
    )
    for (const { fragment_id: id, profile_id: profile } of rows) found.set(id, profile)
  }
  return found
}

/** Where the tables differ from the refold: a decision that its home has not come to yet, or evidence that is not here. */
export function differences(
  refolded: Pick<Refolded, 'profileOf'>,
  ids: readonly FragmentId[],
  stored: ReadonlyMap<FragmentId, string>,
): readonly StoredDifference[] {
  return ids.flatMap((fragment) => {
    // One that nothing was ever assigned to has no row, and is still who it was born as.
    const now = stored.get(fragment) ?? birthProfileId(fragment)
    const expected = refolded.profileOf(fragment)
    return now === expected ? [] : [{ fragment, stored: now, refolded: expected }]
  })
}
