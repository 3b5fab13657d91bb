import { placeText } from '#runtime/channel/core/replay.ts'
import { plural } from '../shell/words.ts'
import type { FailedAgain } from './failed-again.ts'
import { unknownSource } from './letter.ts'
import type { NotReplayable, PlannedReplay, ReplayPlan } from './plan-replay.ts'
import type { Unreplayable } from './replay-target.ts'
import { describeUnreplayable, replayTopicOf, type SendResult } from './send-replays.ts'

export interface ReplayReport {
  readonly dry_run: boolean
  /** Records that were sent, or in a dry run would be. */
  readonly records: number
  /** Letters that they were sent for. */
  readonly letters: number
  readonly by_reason: readonly {
    readonly reason: string
    readonly source: string
    readonly replay_topic: string
    readonly letters: number
  }[]
  /** Letters that were left out, since they were sent before. */
  readonly already_replayed: number
  readonly not_replayable: {
    readonly records: number
    readonly by_cause: Readonly<Partial<Record<Unreplayable, number>>>
    readonly examples: readonly {
      readonly place: string
      readonly cause: Unreplayable
      readonly detail: string
    }[]
  }
  /** More match than one run takes. */
  readonly more: boolean
  /** null: nobody waited. */
  readonly failed_again: FailedAgain | null
}

const unreplayableShownMax = 20

export function replayReport(
  result: SendResult,
  plan: ReplayPlan,
  run: {
    readonly alreadyReplayed: number
    readonly more: boolean
    readonly dryRun: boolean
    readonly prefix: string
  },
): ReplayReport {
  const left = [...plan.notReplayable, ...result.notReplayable]
  return {
    dry_run: run.dryRun,
    records: result.sent.length,
    letters: result.sent.reduce((sum, { letters }) => sum + letters.length, 0),
    by_reason: byReason(result.sent, run.prefix),
    already_replayed: run.alreadyReplayed,
    not_replayable: {
      records: left.length,
      by_cause: countBy(left, ({ why }) => why),
      examples: left.slice(0, unreplayableShownMax).map((one: NotReplayable) => ({
        place: placeText(one.place),
        cause: one.why,
        detail: describeUnreplayable(one),
      })),
    },
    more: run.more,
    failed_again: null,
  }
}

function byReason(sent: readonly PlannedReplay[], prefix: string): ReplayReport['by_reason'] {
  const groups = new Map<
    string,
    { reason: string; source: string; replay_topic: string; letters: number }
  >()
  for (const record of sent)
    for (const { reason, source } of record.letters) {
      const group = {
        reason,
        source: source ?? unknownSource,
        replay_topic: replayTopicOf(prefix, record),
      }
      const key = JSON.stringify(group)
      const known = groups.get(key)
      if (known === undefined) groups.set(key, { ...group, letters: 1 })
      else known.letters += 1
    }
  return [...groups.values()].toSorted(
    (a, b) => b.letters - a.letters || (a.reason < b.reason ? -1 : 1),
  )
}

function countBy<T, Key extends string>(
  items: readonly T[],
  keyOf: (item: T) => Key,
): Partial<Record<Key, number>> {
  const counts: Partial<Record<Key, number>> = {}
  for (const item of items) {
    const key = keyOf(item)
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

export function printReplay(report: ReplayReport): string {
  const { records, letters, by_reason: groups, already_replayed: already, dry_run: dry } = report
  const lines: string[] = []
  if (records > 0)
    lines.push(
      `${plural(records, 'record')} ${dry ? 'would be' : records === 1 ? 'was' : 'were'} sent again, for ${plural(letters, 'dead letter')}:`,
      ...groups.map(
        (group) =>
          `  ${String(group.letters).padStart(7)}  ${group.reason} of ${group.source}, to ${group.replay_topic}`,
      ),
    )
  if (already > 0)
    lines.push(
      `${plural(already, 'dead letter')} left out: sent again before, and no refusal came back (--again sends them once more)`,
    )
  if (records === 0 && already === 0 && report.not_replayable.records === 0)
    lines.push('no dead letter matches')
  lines.push(...leftOut(report), ...outcome(report))
  return `${lines.join('\n')}\n`
}

function leftOut({ not_replayable: left, more }: ReplayReport): readonly string[] {
  if (left.records === 0) return more ? ['more of them match: run it again'] : []
  const rest = left.records - left.examples.length
  return [
    `${plural(left.records, 'record')} cannot be sent again:`,
    ...left.examples.map(({ place, detail }) => `  ${place}: ${detail}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ...(more ? ['more of them match: run it again'] : []),
  ]
}

function outcome({ records, dry_run: dry, failed_again: failed }: ReplayReport): readonly string[] {
  if (records === 0 || dry) return []
  if (failed === null)
    return [
      'what fails again comes back under its old place: tributary deadletter list --where status=failed_again',
    ]
  if (failed.letters === 0) return ['none of it failed again']
  return [
    `${plural(failed.letters, 'dead letter')} failed again:`,
    ...Object.entries(failed.by_reason).map(
      ([reason, count]) => `  ${String(count).padStart(7)}  ${reason}`,
    ),
    ...failed.examples.map((place) => `  tributary deadletter show ${place}`),
  ]
}
