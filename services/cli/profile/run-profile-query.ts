import { type PointKey, pointKeys, pointQuery } from '#runtime/clickhouse/index.ts'
import { toJsonLine } from '../shell/json.ts'
import { readDefinition } from '../shell/read-definition.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'

export interface ProfileQueryArguments {
  readonly file: string
  /** Names as `profiles_now` has them; none: all. */
  readonly columns: readonly string[]
  readonly by: PointKey
  readonly json: boolean
}

/** `tributary profile query`: the text of a look-up. Needs neither Kafka nor ClickHouse, and nobody is looked at. */
export async function runProfileQuery(
  terminal: Terminal,
  { by, columns, file, json }: ProfileQueryArguments,
): Promise<ExitStatus> {
  const sql = pointQuery(await readDefinition(terminal, file), by, columns)
  terminal.stdout.write(json ? toJsonLine({ parameter: pointKeys[by].parameter, sql }) : sql)
  return 0
}
