/**
 * What one fragment's state may take, as JSON in UTF-8: lint adds it up, and the fold keeps to it, whatever comes. A Member message carries
 * the state whole, and all Members of a flush for one target are one frame (design, sections 3 and 4).
 */

/** What a fragment hands to another owner never passes this. */
export const stateBytesMax = 256 * 1024

/** A text that a feature keeps, quotes included: a key of a top-k, a first or last value. */
export const keptTextBytesMax = 512

/** A trait's value, quotes included. */
export const traitTextBytesMax = 1024

/** A top-k keeps ten times the keys that it shows, while they are of some 200 bytes; of longer ones as many as fit. */
export const rankedKeptPerShown = 10
/** The numbers beside a key: its time, its weight, and what stands between them. */
export const rankedNumbersBytes = 40
export const rankedBytes = (k: number): number =>
  k * rankedKeptPerShown * (200 + rankedNumbersBytes)

/** The candidates of one trait: one for each source of the file, of some 400 bytes, and always one. */
export const traitBytes = (sources: number): number =>
  Math.max(candidateBytesMax, sources * candidateBytes)
const candidateBytes = 400
const candidateBytesMax = 2048

/** The answers about one purpose that the file names. */
export const consentBytes = 120

/** Purposes that sources speak of and the file does not name; what is held stays, what comes beyond is refused. */
export const unnamedPurposesMax = 50
/** The name of one of them, quotes included. */
export const unnamedPurposeBytesMax = 128
