import type { ConsentState } from '../../event/event.ts'

const granted: ReadonlySet<string> = new Set([
  'granted',
  'true',
  'yes',
  'y',
  '1',
  'opt_in',
  'optin',
])
const denied: ReadonlySet<string> = new Set([
  'denied',
  'false',
  'no',
  'n',
  '0',
  'opt_out',
  'optout',
])

/** What a source's value says of consent; undefined: no answer. */
export function readConsent(value: unknown): ConsentState | undefined {
  if (typeof value === 'boolean') return value ? 'granted' : 'denied'
  if (value === 'basis') return 'basis'
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const text = String(value).trim().toLowerCase()
  if (granted.has(text)) return 'granted'
  return denied.has(text) ? 'denied' : undefined
}

/** The purpose of the pipeline file that a source's consent category stands for. */
export const purposeOf = (category: string, purposes: Readonly<Record<string, string>>): string =>
  Object.hasOwn(purposes, category) ? (purposes[category] ?? category) : category
