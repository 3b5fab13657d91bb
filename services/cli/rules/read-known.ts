import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { definitionInForce } from '#runtime/definition/deploy/in-force.ts'
import { minGroupOf } from '#runtime/definition/min-group.ts'
import { inFileOrder } from '#runtime/definition/parse-pipeline.ts'
import { isTributaryError } from '#runtime/errors/index.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import { openClickHouse } from '../shell/connections.ts'
import { askDefinitions } from '../shell/definitions-log.ts'
import { progressBar } from '../shell/progress-bar.ts'
import type { Terminal } from '../shell/terminal.ts'
import { secondsMax } from './bounded.ts'
import type { Known } from './build-report.ts'
import type { MetricFacts } from './facts.ts'
import type { LoadedFile } from './load-file.ts'
import { readChanges } from './read-changes.ts'
import { type Live, type LiveAsked, readLive } from './read-live.ts'
import { readMetric } from './read-metric.ts'
import { readOverrides } from './read-overrides.ts'

interface Asked extends Omit<LiveAsked, 'least'> {
  /** Also measures the success metrics. */
  readonly metrics: boolean
  /** Without them there is nothing to say. */
  readonly needsSizes: boolean
}

export interface KnownAndMeasured extends Known {
  readonly metrics: ReadonlyMap<string, MetricFacts | null>
}

/**
 * Looks at everything that can be reached, and says of the rest that it was not. How many people make a group that may be told, the file in force says,
 * too: of people nothing is told while it is not known.
 */
export async function readKnown(
  terminal: Terminal,
  { compiled, findings, locate }: LoadedFile,
  asked: Asked,
): Promise<KnownAndMeasured> {
  const reach = asked.needsSizes ? unconditionally : unlessAway
  const deployed = await reach(async () => askDefinitions(terminal, readDeployed))
  const stored =
    'reason' in deployed
      ? { reason: `not told while privacy.min_group in force is not known (${deployed.reason})` }
      : await reach(async () => {
          const least = minGroupOf(deployed.inForce, compiled)
          return readStored(terminal, compiled, { ...asked, least })
        })
  const live = 'reason' in stored ? null : stored
  return {
    facts: live?.live.facts ?? null,
    differences: live?.live.differences ?? new Map(),
    overrides: live?.overrides ?? null,
    metrics: live?.metrics ?? new Map(),
    changes: 'reason' in deployed ? null : deployed.changes,
    findings: [...findings, ...(live?.live.observations ?? []).map(locate)].toSorted(inFileOrder),
    unknown: [
      ...('reason' in stored
        ? [`Sizes, overlaps, entries and what members differ in: ${stored.reason}.`]
        : []),
      ...('reason' in deployed ? [`When a rule last changed: ${deployed.reason}.`] : []),
      ...(live === null
        ? []
        : [...live.overrides.untold].map(
            ([segment, reason]) => `Whom others take from ${segment}: ${reason}.`,
          )),
    ],
  }
}

interface Deployed {
  readonly inForce: CompiledDefinition
  readonly changes: NonNullable<Known['changes']>
}

const readDeployed = async (
  ...log: readonly [reader: PartitionReader, topic: string, generation: number]
): Promise<Deployed> => ({
  inForce: await definitionInForce(...log),
  changes: await readChanges(...log),
})

interface Stored {
  readonly live: Live
  readonly overrides: NonNullable<Known['overrides']>
  readonly metrics: ReadonlyMap<string, MetricFacts | null>
}

async function readStored(
  terminal: Terminal,
  compiled: LoadedFile['compiled'],
  asked: Asked & LiveAsked,
): Promise<Stored> {
  const clickhouse = openClickHouse(terminal, { requestTimeoutMs: (secondsMax + 10) * 1000 })
  try {
    using progress = progressBar(terminal, 'segments compared')
    const live = await readLive(clickhouse, compiled, asked, progress)
    const { population } = live.facts
    const overrides = await readOverrides(clickhouse, live.columns, compiled, population)
    const metrics = new Map<string, MetricFacts | null>()
    for (const segment of asked.metrics ? compiled.definition.segments : [])
      metrics.set(segment.name, await readMetric(clickhouse, segment, asked.span))
    return { live, overrides, metrics }
  } finally {
    await clickhouse.close()
  }
}

type Reached<T> = T | { readonly reason: string }

const unconditionally = async <T extends object>(read: () => Promise<T>): Promise<Reached<T>> =>
  read()

/** What is away, not configured or not there yet is no error of a report: it says so. */
async function unlessAway<T extends object>(read: () => Promise<T>): Promise<Reached<T>> {
  try {
    return await read()
  } catch (error) {
    const away = [
      'TRB_CONFIG_INVALID',
      'TRB_CLICKHOUSE_UNAVAILABLE',
      'TRB_DEFINITION_INVALID',
      'TRB_DEPENDENCY_UNAVAILABLE',
      'TRB_KAFKA_UNAVAILABLE',
      'TRB_NOT_FOUND',
      'TRB_TOPIC_MISSING',
    ] as const
    if (!away.some((code) => isTributaryError(error, code))) throw error
    return { reason: error instanceof Error ? error.message : 'not reached' }
  }
}
