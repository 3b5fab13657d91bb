import { channels } from '#runtime/event/vocabulary.ts'
import { moment, plural, span, whole } from '../shell/words.ts'
import { isLost, type StageRow, unreadOf } from './assess-stages.ts'
import type { PartitionFact, ReportedStage, StageTopic } from './facts.ts'
import { type Fact, type Finding, notLooked, ok, problem, warning } from './finding.ts'

const lateSeconds = 60
/** Share of its retention that a waiting record has left, below which somebody has to act. */
const retentionLeftLow = 0.25
/** The reader of dead letters lives in the service profiles. */
const serviceOf = (stage: string): string => (stage === 'dead-letters' ? 'profiles' : stage)
const isChannel = (stage: string): boolean => channels.some((channel) => channel === stage)

const byStage = (
  rows: readonly StageRow[],
): readonly (readonly [string, readonly StageRow[]])[] => [
  ...Map.groupBy(rows, ({ stage }) => stage),
]

/** What waits at each stage, in records, events and seconds. `members`: of all groups, as far as Kafka could be asked at all. */
export function checkLag(
  rows: readonly StageRow[],
  stages: readonly StageTopic[],
  members: Fact<ReadonlyMap<string, number>>,
): readonly Finding[] {
  if (stages.length === 0 && !members.read)
    return [notLooked('lag', members), notLooked('retention', members)]
  const findings = stages.flatMap(({ stage, topic, facts }) =>
    facts.read ? [] : [notLooked('lag', { ...facts, why: `${stage} on ${topic}: ${facts.why}` })],
  )
  const quiet = byStage(rows)
    .filter(([, of]) => of.every(({ lag_records: lag }) => lag === 0))
    .map(([stage]) => stage)
  return [
    ...findings,
    ...rows.filter(({ lag_records: lag }) => lag !== null && lag > 0).map(checkRow),
    ...(quiet.length === 0 ? [] : [ok('lag', `nothing waits at ${quiet.join(', ')}`)]),
  ]
}

function checkRow(row: StageRow): Finding {
  const seconds = row.lag_seconds ?? 0
  const events = row.lag_events === null ? '' : ` (about ${plural(row.lag_events, 'event')})`
  const since =
    row.oldest_waiting_at === null
      ? ''
      : `, the oldest for ${span(seconds)}, since ${moment(Date.parse(row.oldest_waiting_at))} (${row.oldest_waiting})`
  const message = `${row.stage}: ${plural(row.lag_records ?? 0, 'record')} of ${row.topic}${events} wait${since}`
  if (seconds <= lateSeconds) return ok('lag', message)
  return warning('lag', message, fixOfLag(row))
}

function fixOfLag({ stage, members, partitions, partitions_behind: behind }: StageRow): string {
  const service = serviceOf(stage)
  if (members === 0) return `Nobody reads: start ${service}.`
  if (behind === 1 && (partitions ?? 1) > 1)
    return `Only one of ${partitions} partitions is behind: look into the log of ${service} for what stops it.`
  if (members !== null && partitions !== null && members < partitions)
    return `${plural(members, 'process', 'processes')} for ${partitions} partitions: start more of ${service}, up to one for each.`
  return `Look into the log and the metrics of ${service}: it has as many processes as partitions, or what it writes to is slow.`
}

/** Groups that nobody reads in. */
export function checkGroups(
  rows: readonly StageRow[],
  members: Fact<ReadonlyMap<string, number>>,
): readonly Finding[] {
  if (!members.read) return [notLooked('groups', members)]
  const empty = byStage(rows).filter(([, of]) => of.every((row) => row.members === 0))
  const findings = empty.map(([stage, of]) => {
    const waiting = of.reduce((sum, { lag_records: lag }) => sum + (lag ?? 0), 0)
    const fix = `Start it: npm run -s service -- services/${serviceOf(stage)}/main.ts, or docker compose up -d ${serviceOf(stage)}.`
    const message = `${stage}: no process reads in ${of[0]?.group}`
    return waiting > 0
      ? problem('groups', `${message}, and ${plural(waiting, 'record')} wait`, fix)
      : warning('groups', message, fix)
  })
  if (findings.length > 0 || rows.length === 0) return findings
  const counts = byStage(rows).map(([stage, of]) => `${stage} ${whole(of[0]?.members ?? 0)}`)
  return [ok('groups', `processes that read: ${counts.join(', ')}`)]
}

/** Services that run and say nothing of themselves: what they would show is seen from outside alone. */
export function checkReports(
  rows: readonly StageRow[],
  reported: Fact<readonly ReportedStage[]>,
): Finding {
  if (!reported.read) return notLooked('reports', reported)
  const silent = reported.value.filter(
    ({ stage, status, topic }) =>
      status === 'silent' &&
      rows.some((row) => row.stage === stage && row.topic === topic && (row.members ?? 0) > 0),
  )
  const names = [...new Set(silent.map(({ stage }) => stage))]
  if (names.length === 0) return ok('reports', 'services report to pipeline_health what they see')
  return warning(
    'reports',
    `${names.join(', ')} ${names.length === 1 ? 'runs and reports' : 'run and report'} nothing to pipeline_health for a minute`,
    'Look for pipeline_health in its log, and at CLICKHOUSE_URL: without it a channel writes no reports.',
  )
}

/** Records that are gone, or soon will be, before they were read. */
export function checkRetention(stages: readonly StageTopic[], nowMs: number): readonly Finding[] {
  const findings = stages.flatMap((stage) => {
    if (!stage.facts.read) return []
    const { partitions, retentionMs } = stage.facts.value
    return [
      ...lostOf(stage, partitions.filter(isLost)),
      ...(retentionMs === null ? [] : soonGone(stage, partitions, retentionMs, nowMs)),
    ]
  })
  if (findings.length > 0 || !stages.some(({ facts }) => facts.read)) return findings
  return [ok('retention', 'nothing unread is near the end of its retention')]
}

function lostOf({ stage, topic }: StageTopic, lost: readonly PartitionFact[]): readonly Finding[] {
  if (lost.length === 0) return []
  const gone = lost.reduce(
    (sum, { low, committed }) => sum + Math.max(0, low - (committed?.offset ?? low)),
    0,
  )
  const anew = lost.some(({ high, committed }) => (committed?.offset ?? 0) > high)
  const where = lost.map(({ partition }) => partition).join(', ')
  const what = anew
    ? 'the topic was made anew, its place means nothing any more'
    : `${plural(gone, 'record')} expired unread`
  const message = `${stage}: partition ${where} of ${topic}: ${what}`
  const fix = isChannel(stage)
    ? `Stop ${stage}, then: tributary sources reset ${stage} (--dry-run says first what is lost), and start it again.`
    : `Start ${serviceOf(stage)} on a state directory or with a checkpoint that had read further; without one, rebuild into a new generation.`
  return [problem('retention', message, fix)]
}

function soonGone(
  { stage, topic }: StageTopic,
  partitions: readonly PartitionFact[],
  retentionMs: number,
  nowMs: number,
): readonly Finding[] {
  const near = partitions.flatMap(({ partition, waiting, ...rest }) => {
    if (waiting === null || unreadOf({ partition, waiting, ...rest }) === 0) return []
    const leftMs = waiting.at + retentionMs - nowMs
    return leftMs <= retentionMs * retentionLeftLow ? [{ partition, leftMs }] : []
  })
  const [first] = near.toSorted((a, b) => a.leftMs - b.leftMs)
  if (first === undefined) return []
  const when = first.leftMs <= 0 ? 'at any moment' : `in ${span(first.leftMs / 1000)}`
  return [
    warning(
      'retention',
      `${stage}: unread records of ${topic}/${first.partition} are deleted ${when} (retention ${span(retentionMs / 1000)})`,
      `kafka-configs.sh --alter --topic ${topic} --add-config retention.ms=${retentionMs * 2} keeps them, then make ${serviceOf(stage)} read on.`,
    ),
  ]
}
