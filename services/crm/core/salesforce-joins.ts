import { type Fields, own, ownText } from '#runtime/channel/core/fields.ts'
import { eighteen } from './salesforce-id.ts'

/** Fields of a person's record that name another record of the same person. */
const joins: Readonly<Record<string, readonly string[]>> = {
  Contact: ['IndividualId', 'MasterRecordId'],
  Lead: ['ConvertedContactId', 'IndividualId', 'MasterRecordId'],
  // Only a person account has these two.
  Account: ['PersonContactId', 'PersonIndividualId'],
}

/**
 * Other records of the person whom a change is about: what a lead was converted into, which record it was merged into, the contact
 * behind a person account, the individual that holds the privacy settings.
 */
export function joinedIds(change: {
  readonly entity: string
  readonly changeType: string
  readonly fields: Fields
  readonly changed: readonly string[] | null
}): readonly string[] {
  const { entity, fields, changed } = change
  const names = Object.hasOwn(joins, entity) ? (joins[entity] ?? []) : []
  const out: string[] = []
  const add = (name: string): void => {
    const id = ownText(fields, name)
    if (id !== undefined && (changed === null || changed.includes(name))) out.push(eighteen(id))
  }
  for (const name of names) add(name)
  if (entity === 'Contact' && own(fields, 'IsPersonAccount') === true) add('AccountId')
  return out
}
