import { join } from 'node:path'
import { asError, isTributaryError, TributaryError } from '../errors/index.ts'
import { checkLmdbFile, type Environment, openEnvironment } from '../state/index.ts'
import { dataName } from './directory-store.ts'

/** What a state says of itself. */
export interface StateClaims {
  /** What it belongs to; null: nothing was ever written. */
  readonly identity: Readonly<Record<string, string | number | null>> | null
  readonly nextOffset: number
  /** False: it stands within a record, and an offset is not all of its position. */
  readonly isBetweenRecords: boolean
}

/** Reads them; each service has its own tables and codecs. */
export type ReadClaims = (environment: Environment) => StateClaims

/** The directory is the caller's: nobody else may own it or come in between. */
const borrowed = { release: () => undefined }

/**
 * Opens a state for a moment and asks it.
 * @throws TributaryError TRB_STATE_CORRUPT, TRB_STATE_FULL
 */
export async function claimsOf(
  directory: string,
  readClaims: ReadClaims,
  options: { readonly readOnly: boolean },
): Promise<StateClaims | null> {
  const found = await checkLmdbFile(join(directory, dataName))
  if (found.kind === 'absent') return null
  if (found.kind === 'damaged') throw corrupt(directory, found.why)
  try {
    const environment = openEnvironment(directory, { ...options, ownership: borrowed })
    try {
      return checked(readClaims(environment))
    } finally {
      await environment.close()
    }
  } catch (error) {
    // A full disk says nothing about what is on it.
    if (isTributaryError(error, 'TRB_STATE_FULL')) throw error
    throw corrupt(directory, asError(error).message)
  }
}

function checked(claims: StateClaims): StateClaims {
  const { nextOffset, identity } = claims
  if (!Number.isSafeInteger(nextOffset) || nextOffset < 0)
    throw new Error(`its position is ${String(nextOffset)}`)
  if (identity === null && nextOffset > 0) throw new Error('it does not say what it belongs to')
  return claims
}

const corrupt = (directory: string, why: string): TributaryError =>
  new TributaryError('TRB_STATE_CORRUPT', `the state in ${directory} is damaged: ${why}`, {
    context: { directory },
  })

/** In words what a state has that is not this process's; null: it fits. */
export function foreignField(
  found: NonNullable<StateClaims['identity']>,
  wanted: Readonly<Record<string, string | number | null>>,
): string | null {
  const field = Object.keys(wanted).find((name) => (found[name] ?? null) !== wanted[name])
  if (field === undefined) return null
  return `has ${field} ${String(found[field])}, this process needs ${String(wanted[field])}`
}
