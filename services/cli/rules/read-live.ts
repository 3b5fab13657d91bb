import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { Observation } from '#runtime/definition/findings.ts'
import type { Progress } from '../shell/progress-bar.ts'
import { type ShownColumn, shownColumns } from './columns.ts'
import type { Differences, RuleFacts } from './facts.ts'
import { liveFindings } from './live-findings.ts'
import { readDifferences } from './read-differences.ts'
import { readFacts, type Span } from './read-facts.ts'

export interface LiveAsked {
  /** Groups of fewer people are not told. */
  readonly least: number
  /** Fewer members are too few. */
  readonly sizeMin: number
  /** Share of members in common from which on two segments are alike. */
  readonly alikeMin: number
  readonly span: Span
}

/** What the stored people say of the segments of a file. */
export interface Live {
  readonly facts: RuleFacts
  readonly columns: readonly ShownColumn[]
  readonly differences: ReadonlyMap<string, Differences>
  readonly observations: readonly Observation[]
}

export async function readLive(
  clickhouse: Pick<ClickHouse, 'query' | 'database'>,
  compiled: CompiledDefinition,
  { alikeMin, least, sizeMin, span }: LiveAsked,
  progress: Progress,
): Promise<Live> {
  const { definition } = compiled
  const names = definition.segments.map(({ name }) => name)
  const facts: RuleFacts = { ...(await readFacts(clickhouse, names, span)), least }
  const columns = await shownColumns(clickhouse, compiled)
  const differences = new Map<string, Differences>()
  for (const [index, { name, readsFeatures, readsTraits }] of compiled.segments.entries()) {
    progress.at(index, compiled.segments.length)
    const reads = new Set([...readsFeatures, ...readsTraits.map((trait) => `traits.${trait}`)])
    const members = facts.segments.get(name)?.members ?? 0
    const asked = { segment: name, members, population: facts.population, least, reads }
    differences.set(name, await readDifferences(clickhouse, columns, asked))
  }
  progress.at(compiled.segments.length, compiled.segments.length)
  const limits = { sizeMin, alikeMin }
  return {
    facts,
    columns,
    differences,
    observations: definition.segments.flatMap((segment, index) =>
      liveFindings(segment, index, facts, differences.get(segment.name) ?? null, limits),
    ),
  }
}
