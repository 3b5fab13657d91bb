import { compileDefinition } from '#runtime/definition/compile.ts'
import { definitionInForce } from '#runtime/definition/deploy/in-force.ts'
import type { Finding } from '#runtime/definition/findings.ts'
import { minGroupOf } from '#runtime/definition/min-group.ts'
import { parsePipeline } from '#runtime/definition/parse-pipeline.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { secondsMax } from '../rules/bounded.ts'
import { readLive } from '../rules/read-live.ts'
import { openClickHouse } from '../shell/connections.ts'
import { askDefinitions } from '../shell/definitions-log.ts'
import { progressBar } from '../shell/progress-bar.ts'
import type { Terminal } from '../shell/terminal.ts'

/** What the people in the segments of a valid file say of them. A module of its own: without it lint loads no client. */
export async function lintLive(
  terminal: Terminal,
  text: string,
  limits: { readonly sizeMin: number; readonly alikeMin: number },
): Promise<readonly Finding[]> {
  const { definition, locate } = parsePipeline(text)
  if (definition === null) return []
  const compiled = compileDefinition(definition, definitionVersion(0))
  const least = minGroupOf(await askDefinitions(terminal, definitionInForce), compiled)
  const clickhouse = openClickHouse(terminal, { requestTimeoutMs: (secondsMax + 10) * 1000 })
  try {
    using progress = progressBar(terminal, 'segments compared')
    const until = terminal.now()
    const { observations } = await readLive(
      clickhouse,
      compiled,
      { ...limits, least, span: { since: until, until } },
      progress,
    )
    return observations.map(locate)
  } finally {
    await clickhouse.close()
  }
}
