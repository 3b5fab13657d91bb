import { epochMs } from '#runtime/event/ids.ts'
import { createRandom } from '../world/random.ts'
import { heardOf, property, segments, type Source, sourceOf, sources, unanswered } from './shop.ts'
import type { Disturbance } from './disturbance.ts'
import { features } from './features.ts'
import { segmentNames } from '../../services/drift/core/watch/signal.ts'
import type { ActKind } from '../world/acts.ts'
import { endOf } from './measure.ts'

/** Something that goes wrong, or that somebody does, and what an alert has to name for it. */
export interface InjectedChange {
  readonly name: string
  /** As `namedCause` has it. */
  readonly cause: string
  /** From a day on, in one of several places by the seed. */
  from(day: number, seed: number): (day: number) => Disturbance
}

const pick = <T>(items: readonly T[], seed: number): T => {
  const item = items[seed % items.length]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

/** Of each person, a number that stays. */
const ofPerson = (seed: number): ((person: number) => number) => {
  const known: number[] = []
  const random = createRandom(seed, 0x706e)
  return (person) => {
    while (known.length <= person) known.push(random.next())
    return known[person] ?? 0
  }
}

function shifted(values: Float64Array, deviations: number): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return values.map((value) => value + deviations * Math.sqrt(square))
}

const quiet = (place: Source, from: number, to: number): Disturbance => ({
  deeds: (deeds) =>
    deeds.filter(({ kind, at }) => sourceOf(kind) !== place || at < from || at >= to),
})

function leavesOut(seed: number, share: number): () => Disturbance {
  return () => ({
    deeds(deeds) {
      const random = createRandom(seed, 0x6c6f)
      return deeds.map((deed) =>
        deed.kind === property.kind && random.chance(share) ? { ...deed, bare: true } : deed,
      )
    },
  })
}

const newsletter = heardOf.findIndex(([name]) => name === 'newsletter')

export const injectedChanges: readonly InjectedChange[] = [
  {
    name: 'a feature moves by half a standard deviation',
    cause: 'feature',
    from(_, seed) {
      const moved = pick(features, seed * 7).name
      return () => ({
        values: (feature, values) => (feature === moved ? shifted(values, 0.5) : values),
      })
    },
  },
  {
    name: 'a category goes from 16 % to 36 %',
    cause: 'trait',
    from(_, seed) {
      const draw = ofPerson(seed)
      return () => ({
        answers: (answers) =>
          answers.map((answer, person) =>
            answer !== unanswered && draw(person) < 0.2 / 0.8 ? newsletter : answer,
          ),
      })
    },
  },
  {
    name: 'a source falls silent',
    cause: 'freshness',
    from(day, seed) {
      const place = pick(sources, seed)
      return () => quiet(place, day, Number.POSITIVE_INFINITY)
    },
  },
  {
    name: 'nulls grow by three points',
    cause: 'nulls',
    from(_, seed) {
      const draw = ofPerson(seed)
      const emptied = seed % 2 === 0 ? null : pick(features, seed * 7).name
      return () =>
        emptied === null
          ? {
              answers: (answers) =>
                answers.map((answer, person) => (draw(person) < 0.03 / 0.96 ? unanswered : answer)),
            }
          : {
              values: (feature, values) =>
                feature === emptied
                  ? values.map((value, person) => (draw(person) < 0.03 ? Number.NaN : value))
                  : values,
            }
    },
  },
  {
    name: 'a source leaves a property out in three points more of its events',
    cause: 'nulls',
    from: (_, seed) => leavesOut(seed, 0.03),
  },
  {
    name: 'a property goes from 99 % to 60 % of the events',
    cause: 'nulls',
    from: (_, seed) => leavesOut(seed, 0.39),
  },
  {
    name: 'a type of event comes no more',
    cause: 'volume',
    from(_, seed) {
      const gone = pick<ActKind>(['search', 'mail_click', 'product'], seed)
      return () => ({ deeds: (deeds) => deeds.filter(({ kind }) => kind !== gone) })
    },
  },
  {
    name: 'the pipeline stands for eight hours',
    cause: 'lag',
    from(day) {
      // What came in the last eight hours of the day is not there when it is measured.
      const stood = day + 16 / 24
      return (now) =>
        now === day
          ? {
              waits: 7.6 * 3_600_000,
              deeds: (deeds) => deeds.filter(({ at }) => at < stood),
            }
          : {}
    },
  },
  {
    name: 'twice as many links merge',
    cause: 'identity',
    from: () => () => ({ merges: 2 }),
  },
  {
    name: 'a rule is changed',
    cause: 'definition',
    from(day, seed) {
      const { name } = pick(segments, seed)
      return (now) => ({
        asks: new Map([[name, 0.4]]),
        changes: () =>
          now === day
            ? [
                {
                  kind: 'definition',
                  at: epochMs(endOf(day)),
                  subjects: new Set(segmentNames(name).map((one) => `segment:${one}`)),
                  words: 'its rule was changed',
                },
              ]
            : [],
      })
    },
  },
  {
    name: 'a lull of twelve hours',
    cause: 'freshness',
    from(day, seed) {
      const start = day + ((seed * 5) % 24) / 24
      const place = pick(sources, seed)
      return () => quiet(place, start, start + 0.5)
    },
  },
]
