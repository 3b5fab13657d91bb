import { loadDefinition } from '#runtime/definition/load-definition.ts'
import type { PipelineDefinition } from '#runtime/definition/schema.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { openClickHouse, openRegistry } from '../shell/connections.ts'
import { readInput } from '../shell/read-input.ts'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { timeArgument } from '../shell/time-argument.ts'
import { assessSources } from './assess.ts'
import { printQuality } from './print-quality.ts'
import { readQuality } from './read-quality.ts'
import { schemaNames } from './schema-names.ts'

export interface QualityArguments {
  readonly since: string
  /** null: now. */
  readonly until: string | null
  readonly channel: string | null
  readonly source: string | null
  /** null: only sources that were heard of. */
  readonly pipelineFile: string | null
  /** Share of dead letters above which a source is a finding; null: none is. */
  readonly failAbove: number | null
  readonly json: boolean
}

/** Of each of three tries: the report is whole without what the registry adds. */
const registryTimeoutMs = 3_000

/** `tributary quality`: figures per source. 1: a source's share of dead letters is above the limit that was given. */
export async function runQuality(terminal: Terminal, asked: QualityArguments): Promise<ExitStatus> {
  const now = terminal.now()
  const since = timeArgument(asked.since, '--since', now)
  const until = asked.until === null ? now : timeArgument(asked.until, '--until', now)
  if (since >= until)
    throw new TributaryError('TRB_USAGE', '--since is not before --until', {
      hint: 'Give a span of time, such as --since 7d.',
    })
  const definition =
    asked.pipelineFile === null ? null : await readPipeline(terminal, asked.pipelineFile)
  const clickhouse = openClickHouse(terminal)
  try {
    const rows = await readQuality(clickhouse, { since, until })
    const nameSchema = await schemaNames(
      () => openRegistry(terminal, { timeoutMs: registryTimeoutMs }),
      rows.schemas.map(({ schema_id }) => schema_id),
      (line) => void terminal.stderr.write(line),
    )
    const sources = assessSources(rows, definition, nameSchema, now).filter(
      ({ channel, source }) =>
        (asked.channel === null || channel === asked.channel) &&
        (asked.source === null || source === asked.source),
    )
    const report = { since: since.toISOString(), until: until.toISOString(), sources }
    terminal.stdout.write(asked.json ? toJsonLine(report) : printQuality(report))
    const { failAbove } = asked
    return failAbove !== null &&
      sources.some(({ dead_letter_share: share }) => share !== null && share > failAbove)
      ? 1
      : 0
  } finally {
    await clickhouse.close()
  }
}

async function readPipeline(terminal: Terminal, file: string): Promise<PipelineDefinition> {
  return loadDefinition(await readInput(terminal, file), definitionVersion(0)).definition
}
