import {
  attemptMax,
  boundedHistory,
  type Place,
  type Replay,
  type SharedHistory,
} from '#runtime/channel/core/replay.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { DeadLetterAttempt } from '#runtime/log/public-records.ts'
import { type Letter, recordKey } from './letter.ts'
import type { ChosenLetter } from './read-letters.ts'
import type { ReplayTarget, TargetOf, Unreplayable } from './replay-target.ts'

/** A record that is to be sent again, once for all of its letters that are meant. */
export interface PlannedReplay {
  readonly key: string
  readonly place: Place
  readonly receivedAt: string
  readonly target: ReplayTarget
  readonly replay: Replay
  /** What the replay is to settle. */
  readonly letters: readonly Letter[]
}

export interface NotReplayable {
  readonly place: Place
  readonly letters: readonly Letter[]
  readonly why: Unreplayable
}

export interface ReplayPlan {
  readonly records: readonly PlannedReplay[]
  readonly notReplayable: readonly NotReplayable[]
}

/** Which records are sent again, and with what on their headers. What can be told without their bytes. */
export function planReplay(letters: readonly ChosenLetter[], targetOf: TargetOf): ReplayPlan {
  const records: PlannedReplay[] = []
  const notReplayable: NotReplayable[] = []
  for (const [key, ofRecord] of Map.groupBy(letters, recordKey)) {
    const meant = ofRecord.filter(({ matches }) => matches)
    const [first] = meant
    if (first === undefined) continue
    const { topic, partition, offset } = first
    const place = { topic, partition, offset }
    const attempt = Math.max(...ofRecord.map(({ lastAttempt }) => lastAttempt)) + 1
    const target = targetOf(first)
    const why =
      typeof target === 'string'
        ? target
        : attempt > attemptMax
          ? 'too_many_attempts'
          : first.reason === 'empty_record'
            ? 'empty_record'
            : null
    if (typeof target === 'string' || why !== null) {
      notReplayable.push({ place, letters: meant, why: why ?? 'no_source' })
      continue
    }
    // The record as a whole brings all of its events, and settles whatever was said of any of them.
    const whole = meant.some(({ index }) => index === null)
    const settled = whole ? ofRecord : meant
    records.push({
      key,
      place,
      receivedAt: first.receivedAt,
      target,
      letters: settled,
      replay: {
        place,
        attempt,
        receivedAt: epochMs(Date.parse(first.receivedAt)),
        indexes: whole ? null : indexesOf(settled),
        history: sharedHistory(settled),
      },
    })
  }
  return { records, notReplayable }
}

const indexesOf = (letters: readonly Letter[]): readonly number[] =>
  letters.flatMap(({ index }) => (index === null ? [] : [index])).toSorted((a, b) => a - b)

/** All tries of each letter that failed so far, those with the same past together. */
function sharedHistory(letters: readonly Letter[]): readonly SharedHistory[] {
  const groups = Map.groupBy(letters, (letter) =>
    JSON.stringify([letter.index === null, failuresOf(letter)]),
  )
  return [...groups.values()].flatMap((alike): readonly SharedHistory[] => {
    const [one] = alike
    if (one === undefined) return []
    return [{ indexes: one.index === null ? null : indexesOf(alike), attempts: failuresOf(one) }]
  })
}

const failuresOf = ({
  history,
  attempt,
  failedAt,
  stage,
  reason,
}: Letter): readonly DeadLetterAttempt[] =>
  boundedHistory([
    ...history.map((past) => ({
      attempt: past.attempt,
      failedAt: epochMs(Date.parse(past.failed_at)),
      stage: past.stage,
      reason: past.reason,
    })),
    { attempt, failedAt: epochMs(Date.parse(failedAt)), stage, reason },
  ])
