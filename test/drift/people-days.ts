import { type Act, createAct } from '../world/acts.ts'
import { createPerson, type Person } from '../world/people.ts'
import { createRandom, type Random } from '../world/random.ts'

/** Days of a world in which nothing changes but what chance and the weekday do. */
export interface DayPlan {
  /** Acts on an ordinary day. */
  readonly actsPerDay: number
  readonly people: number
  readonly seed: number
}

export const dayMs = 86_400_000
/** Of an ordinary day's acts, Monday first: shops are quiet at the start of a week and busy at its end. */
const weekdays = [0.9, 0.9, 0.95, 1, 1.1, 1.2, 0.95] as const

export interface World {
  /** The acts of one day, in no particular order; each call goes on where the last one ended. */
  day(index: number): readonly Act[]
}

export function createDays({ actsPerDay, people, seed }: DayPlan): World {
  const random: Random = createRandom(seed, 0x6472)
  const known: Person[] = []
  const personOf = (index: number): Person => (known[index] ??= createPerson(seed, index))
  return {
    day(index) {
      const acts = Math.round(actsPerDay * (weekdays[index % 7] ?? 1))
      return Array.from({ length: acts }, () => {
        const who = Math.min(people - 1, Math.floor(people * random.next() ** 1.3))
        return createAct(random, seed, personOf(who), index * dayMs + random.int(dayMs))
      })
    },
  }
}
