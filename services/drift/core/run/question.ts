/** One SELECT. The core asks, its shell answers. */
export interface Question {
  readonly sql: string
  readonly params: Readonly<Record<string, unknown>>
}

/** A course of questions: each is answered by its rows, and in the end there is a result. */
export type Asking<Result> = Generator<Question, Result, readonly object[]>

/** @returns Rows of the shape that the caller names: UInt64 as decimal text, times as ISO 8601. */
export function* ask<Row extends object>(
  sql: string,
  params: Question['params'] = {},
): Asking<readonly Row[]> {
  const rows = yield { sql, params }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller wrote the SELECT
  return rows as readonly Row[]
}
