import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import type { Pseudonymise } from '../profile/find-person.ts'
import type { Who } from '../profile/parse-who.ts'

/** An identifier that was named on the command line. */
export interface NamedFragment {
  readonly fragment: FragmentId
  /** The junk rule that a value in clear met; null: none, or no value was given. */
  readonly blocked: string | null
}

/**
 * The identifier that somebody was named by. A profile id of any time is the birth id of one identifier.
 * @throws TributaryError `TRB_NOT_FOUND` when no profile ever had the id.
 */
export async function resolveWho(
  clickhouse: ClickHouse,
  who: Who,
  pseudonymise: Pseudonymise,
): Promise<NamedFragment> {
  switch (who.kind) {
    case 'fragment':
      return { fragment: asFragment(who.fragmentId), blocked: null }
    case 'value': {
      const { fragmentId, blocked } = await pseudonymise(who.type, who.value)
      return { fragment: asFragment(fragmentId), blocked }
    }
    case 'profile': {
      const [row] = await clickhouse.query<{ readonly fragment_id: string }>(
        'SELECT fragment_id FROM profile_identifiers FINAL WHERE birth_profile_id = {id:UUID}',
        { id: who.profileId },
      )
      if (row === undefined)
        throw new TributaryError('TRB_NOT_FOUND', `no profile has ever had the id ${who.profileId}`)
      return { fragment: asFragment(row.fragment_id), blocked: null }
    }
    default:
      return who satisfies never
  }
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed, made by the pseudonymiser, or read from its own column
const asFragment = (id: string): FragmentId => id as FragmentId
