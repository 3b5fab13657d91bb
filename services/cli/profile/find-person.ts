import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { Who } from './parse-who.ts'
import { profileOfFragment, readProfile, resolveAlias } from './read-profile.ts'
import type { ProfileView } from './profile-view.ts'

/** Turns a value in clear into the name of its fragment, or says which junk rule it meets. */
export type Pseudonymise = (
  type: string,
  value: string,
) => Promise<{ readonly fragmentId: string; readonly blocked: string | null }>

/** Why there may be no state of a time. */
export const noStateThen =
  'It came later or had ended by then, or states that old are kept no longer (retention.profile_history). Entries and exits have a retention of their own: segment_changes (docs/queries.md).'

/**
 * The profile of whoever was named.
 * @throws TributaryError `TRB_NOT_FOUND` with what may be the reason; no value in clear is in it.
 */
export async function findPerson(
  clickhouse: ClickHouse,
  who: Who,
  at: Date | null,
  pseudonymise: Pseudonymise,
): Promise<ProfileView> {
  switch (who.kind) {
    case 'profile': {
      const id = await resolveAlias(clickhouse, who.profileId, at)
      const found = await readProfile(clickhouse, id, at)
      if (found !== null) return found
      return at === null
        ? notFound(`no profile has ever had the id ${who.profileId}`, at)
        : notFound(`no profile had the id ${who.profileId}`, at, noStateThen)
    }
    case 'fragment':
      return byFragment(clickhouse, who.fragmentId, at)
    case 'value': {
      const { blocked, fragmentId } = await pseudonymise(who.type, who.value)
      if (blocked !== null) {
        notFound(`this ${who.type} is no evidence of a person: rule ${blocked}`, at)
      }
      return byFragment(clickhouse, fragmentId, at)
    }
    default:
      return who satisfies never
  }
}

async function byFragment(
  clickhouse: ClickHouse,
  fragment: string,
  at: Date | null,
): Promise<ProfileView> {
  const id = await profileOfFragment(clickhouse, fragment, at)
  if (id === null) {
    const hint =
      at === null
        ? 'No event with it has arrived, or it was erased, or the installation key here is not that of the services.'
        : 'It came later, or was erased, or the installation key here is not that of the services.'
    return notFound(`nobody has the identifier ${fragment}`, at, hint)
  }
  const found = await readProfile(clickhouse, id, at)
  return (
    found ??
    notFound(
      `${fragment} belongs to ${id}, which has no row`,
      at,
      at === null ? 'It was just merged or expired: ask again.' : noStateThen,
    )
  )
}

function notFound(message: string, at: Date | null, hint?: string): never {
  throw new TributaryError(
    'TRB_NOT_FOUND',
    at === null ? message : `${message} as of ${at.toISOString()}`,
    hint === undefined ? {} : { hint },
  )
}
