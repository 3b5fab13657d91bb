import type { ClickHouse } from './client.ts'

/** One SELECT of a course of questions. */
export interface Asked {
  readonly sql: string
  readonly params: Readonly<Record<string, unknown>>
}

/** Answers a pure course of questions by their rows until it has its result. */
export async function answer<Result>(
  clickhouse: Pick<ClickHouse, 'query'>,
  course: Generator<Asked, Result, readonly object[]>,
): Promise<Result> {
  let step = course.next()
  while (step.done !== true) {
    const { sql, params } = step.value
    // oxlint-disable-next-line no-await-in-loop -- the next question follows from the answer
    step = course.next(await clickhouse.query<object>(sql, params))
  }
  return step.value
}

/** Inserts rows as JSON, all at once: of one table they are all there or none is. */
export async function insertRows(
  clickhouse: Pick<ClickHouse, 'insertLines'>,
  table: string,
  rows: readonly object[],
): Promise<void> {
  if (rows.length === 0) return
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  await clickhouse.insertLines(table, 'JSONEachRow', null, Buffer.from(lines))
}
