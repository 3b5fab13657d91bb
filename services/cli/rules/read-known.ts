import { isTributaryError, TributaryError } from '#runtime/errors/index.ts'
import { inFileOrder } from '#runtime/definition/parse-pipeline.ts'
import { topicName } from '#schemas/topics.ts'
import { readFact } from '../doctor/read-fact.ts'
import { readKafkaConfig } from '../shell/configuration.ts'
import { openClickHouse, openKafka } from '../shell/connections.ts'
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

/** Somebody is waiting: say soon that the brokers do not answer. */
const brokersMs = 5000

interface Asked extends LiveAsked {
  /** Also measures the success metrics. */
  readonly metrics: boolean
  /** Without ClickHouse there is nothing to say. */
  readonly needsClickHouse: boolean
}

export interface KnownAndMeasured extends Known {
  readonly metrics: ReadonlyMap<string, MetricFacts | null>
}

/** Looks at everything that can be reached, and says of the rest that it was not. */
export async function readKnown(
  terminal: Terminal,
  { compiled, findings, locate }: LoadedFile,
  asked: Asked,
): Promise<KnownAndMeasured> {
  const read = async (): Promise<Stored> => readStored(terminal, compiled, asked)
  const changes = await reached(async () => changesOf(terminal))
  const stored = await (asked.needsClickHouse ? read() : reached(read))
  const live = 'reason' in stored ? null : stored
  return {
    facts: live?.live.facts ?? null,
    differences: live?.live.differences ?? new Map(),
    overrides: live?.overrides ?? null,
    metrics: live?.metrics ?? new Map(),
    changes: 'reason' in changes ? null : changes.found,
    findings: [...findings, ...(live?.live.observations ?? []).map(locate)].toSorted(inFileOrder),
    unknown: [
      ...('reason' in stored
        ? [`Sizes, overlaps, entries and what members differ in: ${stored.reason}.`]
        : []),
      ...('reason' in changes ? [`When a rule last changed: ${changes.reason}.`] : []),
      ...(live === null
        ? []
        : [...live.overrides.untold].map(
            ([segment, reason]) => `Whom others take from ${segment}: ${reason}.`,
          )),
    ],
  }
}

interface Stored {
  readonly live: Live
  readonly overrides: NonNullable<Known['overrides']>
  readonly metrics: ReadonlyMap<string, MetricFacts | null>
}

async function readStored(
  terminal: Terminal,
  compiled: LoadedFile['compiled'],
  asked: Asked,
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

/** First whether the brokers answer at all: a read has patience for a minute. */
async function changesOf(terminal: Terminal): Promise<{ found: NonNullable<Known['changes']> }> {
  const { prefix } = readKafkaConfig(terminal)
  const kafka = openKafka(terminal, { requestTimeoutMs: brokersMs, retries: 1 })
  try {
    const connected = await readFact('Kafka', brokersMs, async () => {
      const admin = await kafka.admin()
      await admin.close()
    })
    if (!connected.read) throw new TributaryError('TRB_KAFKA_UNAVAILABLE', connected.why)
    const topic = topicName(prefix, 'pipeline.definitions')
    return { found: await readChanges(kafka.reader(), topic) }
  } finally {
    await kafka.close()
  }
}

/** What is away or not configured is no error of a report: it says so. */
async function reached<T extends object>(
  read: () => Promise<T>,
): Promise<T | { readonly reason: string }> {
  try {
    return await read()
  } catch (error) {
    const away = [
      'TRB_CONFIG_INVALID',
      'TRB_CLICKHOUSE_UNAVAILABLE',
      'TRB_KAFKA_UNAVAILABLE',
      'TRB_DEPENDENCY_UNAVAILABLE',
      'TRB_TOPIC_MISSING',
    ] as const
    if (!away.some((code) => isTributaryError(error, code))) throw error
    return { reason: error instanceof Error ? error.message : 'not reached' }
  }
}
