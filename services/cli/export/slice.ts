import type { Staging } from './staging.ts'

/** Rows of the file that are looked at together: above `from`, up to `to`. */
export interface Slice {
  readonly from: number
  readonly to: number
}

export function* slicesOf(rows: number, atOnce: number): Generator<Slice> {
  for (let from = 0; from < rows; from += atOnce) yield { from, to: Math.min(rows, from + atOnce) }
}

/** The condition, over parameters of these names. */
export const inSlice = 'row > {from:UInt64} AND row <= {to:UInt64}'

/** SELECT of row, at and fragment_id of a slice. A profile id is the fragment that was born with it: both belong to the same profile at any time. */
export const entitiesOf = ({ entities }: Staging, byProfile: boolean): string =>
  byProfile
    ? `SELECT a.row AS row, a.at AS at, if(a.fragment_id = '', b.fragment_id, a.fragment_id) AS fragment_id
       FROM (SELECT * FROM ${entities} WHERE ${inSlice}) AS a
       LEFT JOIN (
         SELECT fragment_id, birth_profile_id FROM profile_identifiers FINAL
         WHERE birth_profile_id IN (SELECT asked FROM ${entities} WHERE ${inSlice} AND fragment_id = '')
       ) AS b ON b.birth_profile_id = a.asked`
    : `SELECT row, at, fragment_id FROM ${entities} WHERE ${inSlice}`

/** Rows of a slice of whom nothing is known. */
export const unknownRows = ({ entities, rows }: Staging): string =>
  `INSERT INTO ${rows} (row, at) SELECT row, at FROM ${entities}
   WHERE ${inSlice} AND row NOT IN (SELECT row FROM ${rows} WHERE ${inSlice})`

/** Purposes that are given today, of a row of `profiles`. */
export const givenToday =
  "mapKeys(mapFilter((purpose, state) -> state IN ('given', 'basis'), consent)) AS given"
