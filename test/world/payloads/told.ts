import type { Act } from '../acts.ts'
import type { LedgerEntry } from '../ledger.ts'

/** One event in its vendor's words, beside what is true of it. */
export interface Told {
  readonly payload: Readonly<Record<string, unknown>>
  readonly entry: LedgerEntry
}

type Kept = Pick<LedgerEntry, 'id' | 'source' | 'channel' | 'type' | 'identifiers'> &
  Partial<LedgerEntry>

/** A ledger entry with the usual rest: applied, a person's own doing. */
export function entryOf(act: Act, kept: Kept): LedgerEntry {
  return {
    at: act.at,
    person: act.person.index,
    sharedDevice: false,
    machine: false,
    properties: {},
    traits: {},
    consent: {},
    fate: 'applied',
    reason: null,
    configuredSource: kept.source,
    ...kept,
  }
}

/** What sources agree that an email address looks like after normalisation. */
export const normalEmail = (address: string): string => {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, at).toLowerCase()}@${new URL(`http://${address.slice(at + 1)}`).hostname}`
}

/** German mobile numbers, as people type them, in E.164. */
export const normalPhone = (national: string): string =>
  `+49${national.replaceAll(' ', '').slice(1)}`
