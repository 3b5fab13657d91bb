import { type ActKind, drawDeed } from '../world/acts.ts'
import { createPerson, type Person } from '../world/people.ts'
import { createRandom } from '../world/random.ts'

/** Days of a world in which nothing changes but what chance and the weekday do. */
export interface DayPlan {
  /** Deeds on an ordinary day. */
  readonly deedsPerDay: number
  readonly people: number
  readonly seed: number
}

/** What somebody did. Of an act of the world what features and volumes see of it: cookies and addresses, which cost most of its time, are not drawn. */
export interface Deed {
  readonly person: number
  readonly kind: ActKind
  /** Days since the start, not rounded. */
  readonly at: number
  readonly total: number
  /** Its source left a property out, as it does now and then. */
  readonly bare: boolean
}

/** Of an ordinary day's deeds, Monday first: shops are quiet at the start of a week and busy at its end. */
const weekdays = [0.9, 0.9, 0.95, 1, 1.1, 1.2, 0.95] as const
/** Some do more than others. */
const unevenness = 1.3

/** Of a hundred deeds one; told by its time, so that nothing else is drawn anew. */
const isBare = (at: number): boolean => Math.floor(at * 1e7) % 100 === 0

export interface Days {
  /** The same day has the same deeds however often it is asked for. */
  day(index: number): readonly Deed[]
}

export function createDays({ deedsPerDay, people, seed }: DayPlan): Days {
  const known: Person[] = []
  const personOf = (index: number): Person => (known[index] ??= createPerson(seed, index))
  return {
    day(index) {
      const random = createRandom(seed, index, 0x6472)
      const deeds = Math.round(deedsPerDay * (weekdays[index % 7] ?? 1))
      return Array.from({ length: deeds }, () => {
        const person = Math.min(people - 1, Math.floor(people * random.next() ** unevenness))
        const { kind, total } = drawDeed(random, personOf(person))
        const at = index + random.next()
        return { person, kind, at, total, bare: isBare(at) }
      })
    },
  }
}
