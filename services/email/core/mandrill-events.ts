import { asList, type Fields, isFields, isRejection, own } from '#runtime/channel/core/fields.ts'
import { type Rejection, reject } from '#runtime/channel/core/outcome.ts'

const parameter = 'mandrill_events'
const prefix = `${parameter}=`

/**
 * The list that Mandrill sends when a webhook is made, to see whether somebody answers. One item stands for it, since a record that
 * came and left nothing behind would look like one that was lost.
 */
const emptyList: Fields = { [parameter]: [] }

/** Whether an item stands for an empty list. */
export const isEmptyList = (item: Fields): boolean => asList(own(item, parameter))?.length === 0

export const hasEvents = (item: Fields): boolean => own(item, parameter) !== undefined

/** Whether text looks like the body that Mandrill posts: a form with one parameter. */
export const isMandrillForm = (text: string): boolean => {
  const start = text.trimStart()
  return start.startsWith(prefix) || (!/^[[{]/.test(start) && text.includes(`&${prefix}`))
}

/** The parameter of a form, decoded. One that comes more than once is none of Mandrill's. */
function readForm(form: string): string | Rejection {
  const found = form
    .trim()
    .split('&')
    .filter((part) => part.startsWith(prefix))
  const [value] = found
  if (value === undefined || found.length > 1)
    return reject('unexpected_shape', `a form with ${found.length} parameters ${parameter}`)
  try {
    return decodeURIComponent(value.slice(prefix.length).replaceAll('+', ' '))
  } catch {
    // URLSearchParams would put replacement characters, and make another identifier of somebody's.
    return reject('invalid_utf8', `${parameter} is no percent-encoded UTF-8`)
  }
}

/** What a wrapping holds; null: it is none. */
function unwrap(value: unknown): { readonly inner: unknown } | Rejection | null {
  if (isFields(value)) return hasEvents(value) ? { inner: own(value, parameter) } : null
  if (typeof value !== 'string') return null
  if (isMandrillForm(value)) {
    const inner = readForm(value)
    return isRejection(inner) ? inner : { inner }
  }
  try {
    return { inner: JSON.parse(value) as unknown }
  } catch {
    return reject('invalid_json', `${parameter} is no JSON`)
  }
}

/** A text that is an object whose field is a text. */
const wrappingsMax = 3

/** The events of one record: the posted form, the list in it, or an object whose field is that list or its text. */
export function splitMandrill(record: unknown): readonly unknown[] | Rejection {
  let value = record
  for (let left = wrappingsMax; left > 0; left--) {
    const unwrapped = unwrap(value)
    if (unwrapped === null) break
    if (!('inner' in unwrapped)) return unwrapped
    value = unwrapped.inner
  }
  const list = asList(value)
  if (list) return list.length === 0 ? [emptyList] : list
  return isFields(value)
    ? [value]
    : reject('unexpected_shape', `${parameter} is neither a list nor an object`)
}
