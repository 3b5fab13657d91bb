import type { RaceContext } from '../race.ts'
import { dropOnce } from '../lanes/drop-once.ts'
import { type RunFigures, timedRun } from '../lanes/timed-run.ts'
import { type TributaryLane, tributaryLane, type TributaryOptions } from '../lanes/tributary.ts'
import { raceEvents, type RaceEvent } from '../stream/events.ts'
import type { StreamPlan } from '../stream/plan.ts'
import { createSender } from '../stream/preload.ts'

/** A Tributary that has applied a whole stream, its processes still running. */
export interface Loaded {
  readonly lane: TributaryLane
  readonly figures: RunFigures
  readonly send: (events: Iterable<RaceEvent>) => Promise<void>
  readonly drop: () => Promise<void>
}

export async function loadTributary(
  { ground, say, undoing }: RaceContext,
  plan: StreamPlan,
  more: Pick<TributaryOptions, 'workers'> = {},
): Promise<Loaded> {
  const lane = await tributaryLane(ground, {
    ledgerFile: '',
    profileDirectory: null,
    ...more,
  })
  const drop = dropOnce(undoing, lane)
  const sender = await createSender(ground, lane.topicOf)
  undoing.push(async () => sender.close())
  const figures = await timedRun(lane, { plan, shared: ground.members, send: sender.send })
  say(
    `${plan.timed.events} events of ${plan.timed.people} people: ${figures.events_per_second} events/s`,
  )
  return {
    lane,
    figures,
    send: sender.send,
    drop,
  }
}

/** Events of people who are new, to see whether events are applied. */
export const newPeople = (count: number, name: string, endsAt: number): Iterable<RaceEvent> =>
  raceEvents({
    seed: 5,
    name,
    events: count,
    people: count,
    endsAt,
    days: 1,
    severalEvery: count + 1,
  })
