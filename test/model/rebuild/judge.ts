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

/** What is no frame in the tail of the old log was read by nobody: there is nothing in it that could be handed on. */
function forgetUnread({ old }: FinishedRebuild): void {
  const { garbage, broker, groupIds, profiles } = old
  const { profileLog: log } = profiles.reads
  const letters = new Set(
    broker
      .records(profiles.writes.deadLetter, 0)
      .flatMap(({ value }) => (value === null ? [] : [deadLetterCodec.decode(value)]))
      .map(({ topic, partition, offset }) => `${topic}/${partition}/${offset}`),
  )
  const isRead = ({ topic, partition, offset }: (typeof garbage)[number]): boolean =>
    topic !== log ||
    offset < (broker.committed(groupIds.profiles, { topic, partition })?.offset ?? 0) ||
    letters.has(`${topic}/${partition}/${offset}`)
  garbage.splice(0, garbage.length, ...garbage.filter(isRead))
}
