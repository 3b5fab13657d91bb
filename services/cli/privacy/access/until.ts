/** SQL: that a time is no later than the as-of of an answer; of one about now nothing. */
export const until = (column: string, at: Date | null): string =>
  at === null ? '' : ` AND ${column} <= {at:DateTime64(3, 'UTC')}`
