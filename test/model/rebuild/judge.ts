import { deadLetterCodec } from '#runtime/log/public-records.ts'
import { type Breach, type Invariant, judge } from '../invariants.ts'
import { checkLinksKept, checkPlaces } from './carried.ts'
import type { FinishedRebuild } from './drive.ts'
import { checkPublic } from './public.ts'
import { checkTimes } from './times.ts'

/** Everything that is wrong after a rebuild. */
export function judgeRebuild(finished: FinishedRebuild): readonly Breach[] {
  forgetUnread(finished)
  const breaches = judge(finished)
  if (breaches.length > 0) return breaches
  return [
    ...checkPlaces(finished).map(as('2')),
    ...checkLinksKept(finished).map(as('2')),
    ...checkPublic(finished).map(as('public')),
    ...checkTimes(finished).map(as('times')),
  ]
}

const as =
  (invariant: Invariant) =>
  (what: string): Breach => ({ invariant, what })

/** What is no frame in the log of a generation whose state was lost was read by nobody: there is nothing in it that could be handed on. */
function forgetUnread({ old, scenario }: FinishedRebuild): void {
  if (!scenario.lost.includes('profiles')) return
  const log = old.profiles.reads.profileLog
  const letters = new Set(
    old.broker
      .records(old.profiles.writes.deadLetter, 0)
      .flatMap(({ value }) => (value === null ? [] : [deadLetterCodec.decode(value)]))
      .map(({ topic, partition, offset }) => `${topic}/${partition}/${offset}`),
  )
  const { garbage } = old
  const read = garbage.filter(
    ({ topic, partition, offset }) =>
      topic !== log || letters.has(`${topic}/${partition}/${offset}`),
  )
  garbage.splice(0, garbage.length, ...read)
}
