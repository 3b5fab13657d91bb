import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import type { OpenIdentity } from '../../identity/open-identity.ts'
import { loadEvidence, recordsReadMax } from '../../identity/refold/load.ts'
import { refold } from '../../identity/refold/refold.ts'
import { requireType } from '../../identity/require-type.ts'
import { resolveWho } from '../../identity/resolve-who.ts'
import { parseWho } from '../../profile/parse-who.ts'
import { pseudonymiser } from '../../profile/pseudonymiser.ts'

export interface PersonNow {
  readonly named: FragmentId
  /** As far as is known now; the linker goes by what it knows when it comes to the command. */
  readonly fragments: readonly FragmentId[]
  /** False: neither a table nor the evidence has the identifier. Its records may be on their way. */
  readonly isKnown: boolean
}

/**
 * Everybody who is one person with whoever was named.
 * @throws TributaryError `TRB_WITHOUT_EFFECT` for a value that is no evidence of a person, `TRB_NOT_FOUND` for an unknown profile id,
 * `TRB_USAGE` for an identifier of a type that there is not.
 */
export async function findPersonNow(
  { inForce, servingKey, sources }: OpenIdentity,
  who: string,
  phoneRegion: string | null,
): Promise<PersonNow> {
  const pseudonymise = pseudonymiser(servingKey, phoneRegion, createScreen(inForce))
  const { blocked, fragment } = await resolveWho(sources.clickhouse, parseWho(who), pseudonymise)
  if (blocked !== null)
    throw new TributaryError(
      'TRB_WITHOUT_EFFECT',
      `this value is no evidence of a person: rule ${blocked}`,
      { hint: 'It stands in events of many. Name the person by something else.' },
    )
  const loaded = await loadEvidence(sources, inForce, [fragment], recordsReadMax)
  const linked = refold(loaded.closure.records, loaded.policies, loaded.asOf).membersWith(fragment)
  const stored = await sources.clickhouse.query<{ readonly id: FragmentId }>(
    `SELECT fragment_id AS id FROM profile_identifiers FINAL WHERE profile_id IN
       (SELECT profile_id FROM profile_identifiers FINAL WHERE fragment_id = {fragment:String})`,
    { fragment },
  )
  const fragments = new Set([fragment, ...linked, ...stored.map(({ id }) => id)])
  const isKnown = stored.length > 0 || loaded.closure.records.length > 0
  if (!isKnown) requireType(inForce, fragment)
  return { named: fragment, fragments: [...fragments].toSorted(), isKnown }
}
