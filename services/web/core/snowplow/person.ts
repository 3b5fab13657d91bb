import { asList, own } from '#runtime/channel/core/fields.ts'
import type { Rejection, RawIdentifier } from '#runtime/channel/core/outcome.ts'
import { addIdentifier, type IdentifierList } from '../calls/identifiers.ts'
import { type Enriched, entityOf } from './enriched.ts'

/** Column → our type. A policy that tells a browser's ids apart may have each as a type of its own. */
const columnTypes = [
  ['user_id', 'user_id'],
  ['domain_userid', 'anonymous_id'],
  ['network_userid', 'anonymous_id'],
] as const

/** Entity, its field, its name as a type of a policy, and the type that it has without; null: none. */
const entityTypes = [
  ['com_snowplowanalytics_snowplow_client_session', 'userId', 'device_user_id', 'anonymous_id'],
  ['com_snowplowanalytics_snowplow_ecommerce_user', 'id', 'user_id', 'user_id'],
  ['com_snowplowanalytics_snowplow_ecommerce_user', 'email', 'email', 'email'],
  ['com_snowplowanalytics_snowplow_mobile_context', 'appleIdfa', 'ios_idfa', null],
  ['com_snowplowanalytics_snowplow_mobile_context', 'appleIdfv', 'ios_idfv', null],
  ['com_snowplowanalytics_snowplow_mobile_context', 'androidIdfa', 'android_idfa', null],
  ['com_snowplowanalytics_snowplow_identity', 'snowplow_id', 'snowplow_id', null],
] as const

/**
 * Who did it. What came with a link from another site (`refr_domain_userid`, the entity `cross_navigation`) is no evidence: whoever is
 * sent the link brings it along. Nor is the fingerprint of a browser, which thousands share.
 * @param name The event's in the catalogue; null: it is in none, and its data may mean anything.
 */
export function readPerson(
  enriched: Enriched,
  name: string | null,
  types: ReadonlySet<string>,
): readonly RawIdentifier[] | Rejection {
  const list: IdentifierList = { found: [], failure: null }
  for (const [column, type] of columnTypes)
    addIdentifier(list, types.has(column) ? column : type, own(enriched.columns, column))
  for (const [column, field, special, type] of entityTypes) {
    const entity = entityOf(enriched, column)
    const wanted = types.has(special) ? special : type
    if (entity && wanted !== null) addIdentifier(list, wanted, own(entity, field))
  }
  if (name === 'identify') {
    addIdentifier(list, 'user_id', own(enriched.data, 'id'))
    addIdentifier(list, 'email', own(enriched.data, 'email'))
  }
  if (name === 'identity_merge' && types.has('snowplow_id')) addMerged(list, enriched)
  return list.failure ?? list.found
}

/** Ids of Snowplow's own that have become one. */
function addMerged(list: IdentifierList, { data }: Enriched): void {
  addIdentifier(list, 'snowplow_id', own(data, 'snowplow_id'))
  for (const id of asList(own(data, 'merges')) ?? []) addIdentifier(list, 'snowplow_id', id)
}
