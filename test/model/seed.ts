import { env } from 'node:process'

/** The one history to run, from TRIBUTARY_SEED; null: all. */
export function seedFrom(): number | null {
  // oxlint-disable-next-line node/no-process-env -- a test's own switch
  const text = env['TRIBUTARY_SEED']
  if (text === undefined || text === '') return null
  const seed = Number(text)
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`TRIBUTARY_SEED is no whole number: ${text}`)
  return seed
}
