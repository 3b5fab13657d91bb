import { type Copier, type Fields, isFields, isScalar } from '#runtime/channel/core/fields.ts'
import type { Scalar } from '#runtime/event/event.ts'
import { optOuts } from './salesforce-consent.ts'
import { customSuffix, namingFields, typeOfCustomField } from './salesforce-person.ts'

/** They name the person, answer for a purpose, hold whatever somebody wrote down, or may not be held (GDPR, art. 10). */
const withheld: readonly string[] = [
  ...namingFields,
  ...Object.keys(optOuts),
  'SuppliedName',
  'Description',
  'ConvictionsCount',
  'ConsumerCreditScore',
  'ConsumerCreditScoreProviderName',
]

/** What Salesforce keeps for itself: it says nothing of the person. */
const bookkeeping: readonly string[] = [
  'CreatedDate',
  'LastModifiedDate',
  'SystemModstamp',
  'LastActivityDate',
  'LastViewedDate',
  'LastReferencedDate',
  'IsDeleted',
  'IsPersonAccount',
  // Asks for an erasure; the event says so by a name of ours.
  'ShouldForget',
]

const leftOut: ReadonlySet<string> = new Set([...withheld, ...bookkeeping])

const bare = (name: string): string => name.replace(customSuffix, '')

/** The company's own fields without the `__c` of their names, by which `Passport_Number__c` would pass for no passport number. */
function sensitiveOf(fields: Fields, copier: Copier): ReadonlySet<string> {
  const names = Object.keys(fields).filter((name) => customSuffix.test(name))
  if (names.length === 0) return new Set()
  const copied = copier.copy(Object.fromEntries(names.map((name) => [bare(name), ''])))
  return new Set(names.filter((name) => !isFields(copied) || !Object.hasOwn(copied, bare(name))))
}

/**
 * The fields that may be kept, as traits or as properties.
 * @param types Types of the identity policy: the fields that carry them are identifiers.
 * @param copier Knows what is sensitive; used for nothing else.
 */
export function keptFields(fields: Fields, types: ReadonlySet<string>, copier: Copier): Fields {
  const sensitive = sensitiveOf(fields, copier)
  const kept: Record<string, unknown> = {}
  for (const name of Object.keys(fields))
    if (!leftOut.has(name) && !sensitive.has(name) && typeOfCustomField(name, types) === undefined)
      kept[name] = fields[name]
  return kept
}

/** Fields of a person's record that describe the person, under Salesforce's names; parts of an address as `MailingAddress.City`. */
export function traitsOf(kept: Fields): Readonly<Record<string, Scalar>> {
  const out: Record<string, Scalar> = {}
  for (const name of Object.keys(kept)) {
    // References to other records end so; a company's own fields end with `__c`.
    if (name.endsWith('Id')) continue
    const value = kept[name]
    if (isScalar(value)) out[name] = value
    else if (isFields(value))
      for (const part of Object.keys(value)) {
        const inner = value[part]
        if (isScalar(inner)) out[`${name}.${part}`] = inner
      }
  }
  return out
}
