/** SQL of a time that is a parameter of the query, milliseconds. */
export const timeOf = (parameter: string): string =>
  `fromUnixTimestamp64Milli({${parameter}:Int64}, 'UTC')`

/** Whether a column is in the window that the query's `from` and `as_of` are the ends of. */
export const within = (column: string): string =>
  `${column} >= ${timeOf('from')} AND ${column} < ${timeOf('as_of')}`
