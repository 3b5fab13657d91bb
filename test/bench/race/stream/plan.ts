import { severalEveryDefault } from './people.ts'
import { type RaceEvent, raceEvents, type StreamOptions } from './events.ts'

/** What every contestant gets: first an untimed part, with people of its own, and then what is timed. */
export interface StreamPlan {
  readonly warm: StreamOptions
  readonly timed: StreamOptions
}

const seed = 20_261
const days = 120

export function planStreams(options: {
  readonly events: number
  readonly people: number
  readonly warmUp: number
  readonly endsAt: number
  readonly severalEvery?: number
}): StreamPlan {
  const { endsAt, events, severalEvery = severalEveryDefault, warmUp } = options
  const people = (of: number): number =>
    Math.max(1, Math.min(of, Math.round((options.people * of) / events)))
  const shared = { endsAt, days, severalEvery }
  return {
    warm: { ...shared, seed, events: warmUp, people: people(warmUp), name: 'warm' },
    timed: { ...shared, seed: seed + 1, events, people: people(events), name: 'race' },
  }
}

export const allEvents = ({ warm, timed }: StreamPlan): number => warm.events + timed.events
export const allPeople = ({ warm, timed }: StreamPlan): number => warm.people + timed.people

/** The whole of it in the order in which it is sent; `firstPerson` makes numbers of people of both parts differ. */
export function* eventsOf({
  warm,
  timed,
}: StreamPlan): Generator<{ readonly event: RaceEvent; readonly firstPerson: number }> {
  for (const event of raceEvents(warm)) yield { event, firstPerson: 0 }
  for (const event of raceEvents(timed)) yield { event, firstPerson: warm.people }
}
