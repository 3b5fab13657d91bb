import { purposeOf } from '#runtime/channel/core/consent.ts'
import {
  asList,
  type Fields,
  idText,
  isFields,
  isRejection,
  isSafeName,
  isScalar,
  own,
} from '#runtime/channel/core/fields.ts'
import { type RawIdentifier, type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { DraftContext } from '#runtime/channel/core/source.ts'
import type { ConsentState, Scalar } from '#runtime/event/event.ts'

const addressesOf = (item: Fields): readonly unknown[] => asList(own(item, 'email')) ?? []

/** Whether an item is about several people: contacts that were added to a list together. */
export const namesSeveral = (item: unknown): boolean =>
  isFields(item) && addressesOf(item).length > 0

/** One item for each address. */
export const itemPerAddress = (item: unknown): readonly unknown[] =>
  isFields(item) && namesSeveral(item)
    ? addressesOf(item).map((email) => ({ ...item, email }))
    : [item]

/** The lists that an event names, as categories of consent. */
export function listsOf(item: Fields, context: DraftContext): readonly string[] | Rejection {
  const value = own(item, 'list_id')
  if (value === undefined || value === null) return []
  const ids: readonly unknown[] = asList(value) ?? [value]
  if (ids.length > context.limits.namesPerEventMax)
    return reject('event_too_large', `list_id names more than ${context.limits.namesPerEventMax}`)
  const out: string[] = []
  for (const id of ids) {
    const text = idText(id, 'list_id')
    if (isRejection(text)) return text
    if (text !== undefined) out.push(`list:${text}`)
  }
  return out
}

/** The same answer for each category, by the purposes of the source. */
export function answerFor(
  categories: readonly string[],
  state: ConsentState,
  context: DraftContext,
): Readonly<Record<string, ConsentState>> {
  const out: Record<string, ConsentState> = {}
  for (const category of categories) {
    const purpose = purposeOf(category, context.source.consentPurposes)
    if (isSafeName(purpose)) out[purpose] = state
  }
  return out
}

/** Attributes that name the person; the account's own may be called like a type of the identity policy. */
const identifierAttributes: Readonly<Record<string, string>> = {
  email: 'email',
  sms: 'phone',
  whatsapp: 'phone',
  work_phone: 'phone',
  phone: 'phone',
}

export interface ContactContent {
  readonly identifiers: readonly RawIdentifier[]
  readonly traits: Readonly<Record<string, Scalar>>
}

/** The attributes of an updated contact: a list of objects, or one. An emptied attribute says nothing. */
export function readContent(item: Fields, context: DraftContext): ContactContent | Rejection {
  const content = own(item, 'content')
  const identifiers: RawIdentifier[] = []
  const traits: Record<string, Scalar> = {}
  let left = context.limits.namesPerEventMax
  for (const entry of asList(content) ?? [content]) {
    if (!isFields(entry)) continue
    for (const name of Object.keys(entry)) {
      left -= 1
      if (left < 0)
        return reject('event_too_large', `content has more than ${context.limits.namesPerEventMax}`)
      const value = entry[name]
      if (!isSafeName(name) || !isScalar(value) || value === '') continue
      const type = identifierTypeOf(name, context)
      if (type === undefined) traits[name] = value
      else {
        const text = idText(value, name)
        if (isRejection(text)) return text
        if (text !== undefined) identifiers.push({ type, value: text })
      }
    }
  }
  return { identifiers, traits }
}

function identifierTypeOf(attribute: string, context: DraftContext): string | undefined {
  const name = attribute.toLowerCase()
  if (Object.hasOwn(identifierAttributes, name)) return identifierAttributes[name]
  return context.identifierTypes.has(name) ? name : undefined
}
