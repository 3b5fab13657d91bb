/** 1 March 2026, 12:00 UTC */
export function moment(iso: string | null): string {
  if (iso === null) return 'not known'
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  const months = [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ]
  return `${at.getUTCDate()} ${months[at.getUTCMonth()] ?? ''} ${at.getUTCFullYear()}, ${at.toISOString().slice(11, 16)} UTC`
}

/** `order_completed`: order completed. */
export const plainName = (name: string): string => name.replace(/^custom:/, '').replaceAll('_', ' ')

/** A value of any shape, in a line. */
export function plainValue(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return String(Number(value.toPrecision(6)))
  if (typeof value === 'string') return isTime(value) ? moment(value) : value
  if (Array.isArray(value)) return value.map((one: unknown) => entry(one)).join(', ')
  return Object.entries(value)
    .map(([name, one]) => `${plainName(name)}: ${plainValue(one)}`)
    .join('; ')
}

const entry = (value: unknown): string =>
  Array.isArray(value) ? value.map((one: unknown) => plainValue(one)).join(' ') : plainValue(value)

const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)

const states: Readonly<Record<string, string>> = {
  given: 'yes, you agreed',
  denied: 'no, you declined',
  unanswered: 'you were not asked, so it is not done',
  basis: 'you were not asked; the company has another legal basis',
}
export const consentState = (state: string): string => states[state] ?? state

const declarations: Readonly<Record<string, string>> = {
  granted: 'agreed',
  denied: 'declined',
  basis: 'the company stated a legal basis',
}
export const declaration = (state: string): string => declarations[state] ?? state

const kinds: Readonly<Record<string, string>> = {
  declared: 'you said so',
  observed: 'a system saw it',
  inferred: 'it was guessed',
}
export const traitKind = (kind: string | null): string =>
  kind === null ? '' : (kinds[kind] ?? kind)

const causes: Readonly<Record<string, string>> = {
  event: 'something you did',
  timer: 'time passed',
  merge: 'two records turned out to be you',
  split: 'records turned out to be of different people',
  define: 'the rule changed',
  import: 'older data was added',
  erasure: 'data was erased',
  expiry: 'data was too old',
  consent: 'you agreed or declined',
}
export const causeInWords = (cause: string): string => causes[cause] ?? cause
