import { toIso } from '#runtime/time/iso.ts'
import type { PartitionFact, ReportedStage, StageTopic, StageTopicFacts } from './facts.ts'

/** A stage's reading of one topic, as `--json` shows it. null: could not be looked at. */
export interface StageRow {
  readonly stage: string
  readonly group: string
  readonly topic: string
  /** Processes that read, of the whole group. */
  readonly members: number | null
  readonly partitions: number | null
  readonly partitions_behind: number | null
  readonly lag_records: number | null
  /** Where a record holds many events, as many as in those that wait first; null: nobody can tell from outside. */
  readonly lag_events: number | null
  /** How long the oldest waiting record has been waiting. */
  readonly lag_seconds: number | null
  readonly oldest_waiting_at: string | null
  /** topic/partition/offset of that record. */
  readonly oldest_waiting: string | null
}

/** Records of a partition that its group has not read yet. A place outside the log counts as its beginning. */
export function unreadOf({ low, high, committed }: PartitionFact): number {
  const at = committed?.offset ?? low
  return high - (at < low || at > high ? low : at)
}

/** Whether the place of the group is not in the log any more. */
export const isLost = ({ low, high, committed }: PartitionFact): boolean =>
  committed !== null && (committed.offset < low || committed.offset > high)

export function assessStage(
  { stage, group, topic, facts }: StageTopic,
  members: number | null,
  nowMs: number,
): StageRow {
  const unread = {
    stage,
    group,
    topic,
    members,
    partitions: null,
    partitions_behind: null,
    lag_records: null,
    lag_events: null,
    lag_seconds: null,
    oldest_waiting_at: null,
    oldest_waiting: null,
  }
  if (!facts.read) return unread
  const { partitions, eventsPerRecord } = facts.value
  const behind = partitions.filter((partition) => unreadOf(partition) > 0)
  const records = behind.reduce((sum, partition) => sum + unreadOf(partition), 0)
  const oldest = oldestWaiting(facts.value)
  return {
    ...unread,
    partitions: partitions.length,
    partitions_behind: behind.length,
    lag_records: records,
    lag_events:
      records === 0 ? 0 : eventsPerRecord === null ? null : Math.round(records * eventsPerRecord),
    lag_seconds: oldest === null ? 0 : Math.max(0, (nowMs - oldest.at) / 1000),
    oldest_waiting_at: oldest === null ? null : toIso(oldest.at),
    oldest_waiting: oldest === null ? null : `${topic}/${oldest.partition}/${oldest.offset}`,
  }
}

function oldestWaiting({ partitions }: StageTopicFacts): {
  readonly at: number
  readonly partition: number
  readonly offset: number
} | null {
  const [oldest] = partitions
    .flatMap(({ partition, waiting }) => (waiting === null ? [] : [{ ...waiting, partition }]))
    .toSorted((a, b) => a.at - b.at)
  return oldest ?? null
}

/** A stage as somebody has seen it. */
export interface SeenStage extends StageRow {
  /** Age of its own report; null: it was looked at from outside, just now. */
  readonly reported_seconds_ago: number | null
}

/** A report that is older says nothing of now: its process ends, or cannot write. */
const freshSeconds = 30

/**
 * The same rows as the services themselves see them, where somebody reads and says so: from outside a flush that waits for ClickHouse looks
 * like a service that is slow. Rows that wait to be stored follow as a stage of their own.
 */
export function asReported(
  rows: readonly StageRow[],
  reported: readonly ReportedStage[],
): readonly SeenStage[] {
  const fresh = reported.filter(
    ({ reported_seconds_ago: age, status }) => age <= freshSeconds && status !== 'silent',
  )
  const reader = (topic: string): StageRow | undefined =>
    rows.find((row) => row.topic === topic && (row.members ?? 0) > 0)
  const seen = rows.map((row) => {
    const own = fresh.find(({ stage, topic }) => stage === row.stage && topic === row.topic)
    return own === undefined || reader(row.topic) === undefined
      ? { ...row, reported_seconds_ago: null }
      : withReport(row, own)
  })
  const stored = fresh.flatMap((one) => {
    const row = one.stage === 'clickhouse' ? reader(one.topic) : undefined
    return row === undefined ? [] : [withReport({ ...row, stage: one.stage }, one)]
  })
  return [...seen, ...stored]
}

const withReport = (row: StageRow, report: ReportedStage): SeenStage => ({
  ...row,
  lag_records: report.lag_records,
  lag_events: report.lag_events,
  lag_seconds: report.oldest_waiting_at === null ? 0 : report.delay_seconds,
  oldest_waiting_at: report.oldest_waiting_at,
  oldest_waiting: report.oldest_waiting_at === null ? null : report.oldest_waiting,
  reported_seconds_ago: report.reported_seconds_ago,
})

/** Less than this is the way of an event, not a delay: flushes wait for company. */
export const onTheWaySeconds = 5

/**
 * The stage behind which something has been waiting for the longest; null: nothing waits longer than events need anyway. Each stage is
 * measured at its own door, so that a slow one delays no other's figure.
 */
export function slowestStage<Row extends StageRow>(rows: readonly Row[]): Row | null {
  const [slowest] = rows
    .filter(({ lag_seconds: seconds }) => seconds !== null && seconds > onTheWaySeconds)
    .toSorted(
      (a, b) =>
        (b.lag_seconds ?? 0) - (a.lag_seconds ?? 0) || (b.lag_records ?? 0) - (a.lag_records ?? 0),
    )
  return slowest ?? null
}
