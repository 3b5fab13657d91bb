import { TributaryError } from '../errors/index.ts'
import { type ColumnSource, viewColumns } from './profile-views.ts'
import { quoteName } from './quote.ts'

/**
 * The profile of an identifier, by its newest row; of one that was erased, or that never was, an id that nobody has. One aggregate over
 * the rows of one key: quicker than `FINAL`, and than a filter behind it; and as a set, which is quicker than a value that has to be known
 * before the rest is planned.
 */
const newestProfile = (condition: string): string => `IN (
        SELECT argMax(if(deleted = 0, profile_id, toUUID('00000000-0000-0000-0000-000000000000')), version)
        FROM profile_identifiers
        WHERE ${condition}
    )`

/** By what a person is looked up; the parameter of the query that names her. */
export const pointKeys = {
  identifier: {
    parameter: 'fragment_id',
    is: newestProfile('fragment_id = {fragment_id:String}'),
  },
  profile: { parameter: 'profile_id', is: '= {profile_id:UUID}' },
  /** A profile id of any time: an identifier keeps the one that it was born with. */
  alias: {
    parameter: 'old_profile_id',
    is: newestProfile('birth_profile_id = {old_profile_id:UUID}'),
  },
} as const
export type PointKey = keyof typeof pointKeys

/**
 * A look-up of one person that says of these columns what `profiles_now` says, and reads nothing else: the version of each of her rows, and
 * then of the newest the columns. `FINAL` would read all of them of all rows, and a view is planned with all of its formulas. Rows of one
 * key and version never differ, so the newest is what `FINAL` would leave; of a deleted one nothing is said.
 * @param wanted Names as `profiles_now` has them; none: all of them.
 * @throws TributaryError `TRB_USAGE` for a column that the view has not.
 */
export function pointQuery(
  source: ColumnSource,
  by: PointKey,
  wanted: readonly string[] = [],
): string {
  const columns = viewColumns(source, 'p.as_of')
  const shown = wanted.length === 0 ? columns : wanted.map((name) => columnNamed(columns, name))
  const stored = new Set(
    shown.flatMap(({ expression }) =>
      [...expression.matchAll(/p\.(`[^`]+`)/g)].map(([, name]) => name),
    ),
  )
  const read = [...stored, 'deleted', "now64(3, 'UTC') AS as_of"].join(', ')
  return `SELECT
${shown.map(({ expression, name }) => `    ${expression} AS ${quoteName(name)}`).join(',\n')}
FROM
(
    SELECT ${read}
    FROM profiles
    WHERE profile_id ${pointKeys[by].is}
    ORDER BY version DESC
    LIMIT 1
) AS p
WHERE p.deleted = 0
SETTINGS max_threads = 1, compile_expressions = 0
`
}

function columnNamed<Column extends { readonly name: string }>(
  columns: readonly Column[],
  wanted: string,
): Column {
  const found = columns.find(({ name }) => name === wanted)
  if (found === undefined)
    throw new TributaryError('TRB_USAGE', `profiles_now has no column ${wanted}`, {
      hint: `It has ${columns.map(({ name }) => name).join(', ')}.`,
    })
  return found
}
