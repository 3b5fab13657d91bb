import type { Scalar } from '../../event/event.ts'
import type { Reading } from '../compiled.ts'
import { type FeatureKind, type FeatureShape, isZeroWhenAbsent } from '../feature-kinds.ts'
import { decayedAt, roundSignificant } from './crossing.ts'
import { type Evaluation, isFresh } from './evaluation.ts'
import type { Course, Moving, Operand } from './operand.ts'
import { rateMeets, ratePerDay } from './rate.ts'
import { nextStepAfter, stepAt } from './steps.ts'

type Read = (evaluation: Evaluation) => Reading

const noKeys: readonly string[] = []

/** What a rule may name: the kind says how it reads where nothing has happened, the shape how it stands in time. */
export interface NamedFeature {
  readonly kind: FeatureKind
  readonly shape: FeatureShape
  /** The features whose states it is read off: itself, or those that it is derived of. */
  readonly restsOn: readonly string[]
}

export function featureOperand({ kind, shape }: NamedFeature, read: Read): Operand {
  const absent = isZeroWhenAbsent(kind) ? 0 : undefined
  switch (shape) {
    case 'decayed':
    case 'rate':
      return { kind: 'decayed', moving: fading(read, absent) }
    case 'instant':
      return {
        kind: 'instant',
        read: (evaluation) => {
          const reading = read(evaluation)
          return isFresh(reading, evaluation) && reading.kind === 'instant' ? reading.at : undefined
        },
      }
    case 'ranked':
    case 'shares':
      return {
        kind: 'keys',
        read: (evaluation) => {
          const reading = read(evaluation)
          const fresh = isFresh(reading, evaluation)
          if (reading.kind === 'absent') return noKeys
          return fresh && reading.kind === 'ranked' ? reading.keys : undefined
        },
      }
    case 'plain':
    case 'steps':
      return {
        kind: 'steady',
        literal: null,
        read: (evaluation) => rounded(steadyValue(read(evaluation), evaluation, absent)),
      }
    default:
      return shape satisfies never
  }
}

export const traitOperand = (read: Read): Operand => ({
  kind: 'steady',
  literal: null,
  read: (evaluation) => steadyValue(read(evaluation), evaluation, undefined),
})

const rounded = (value: Scalar | undefined): Scalar | undefined =>
  typeof value === 'number' ? roundSignificant(value) : value

function steadyValue(
  reading: Reading,
  evaluation: Evaluation,
  absent: 0 | undefined,
): Scalar | undefined {
  const fresh = isFresh(reading, evaluation)
  if (reading.kind === 'absent') return absent
  if (!fresh) return undefined
  if (reading.kind !== 'steps') return reading.kind === 'constant' ? reading.value : undefined
  const next = nextStepAfter(reading.steps, evaluation.at)
  if (next < evaluation.until) evaluation.until = next
  return stepAt(reading.steps, evaluation.at)?.value ?? undefined
}

/** Halvings after which every finite number has become 0: from 2^1024 down past 2^-1074. */
const smallestExponent = -1075

/** A number stands still: what is absent, or a constant. */
const fading = (read: Read, absent: 0 | undefined): Moving => ({
  read: (evaluation) => courseOf(read(evaluation), evaluation, absent),
  at: (course, t) => (typeof course === 'number' ? course : roundSignificant(unrounded(course, t))),
  roughly: (course, t) => (typeof course === 'number' ? course : unrounded(course, t)),
  meets,
})

function courseOf(
  reading: Reading,
  evaluation: Evaluation,
  absent: 0 | undefined,
): Course | undefined {
  const fresh = isFresh(reading, evaluation)
  if (reading.kind === 'absent') return absent
  if (!fresh) return undefined
  if (reading.kind === 'decayed' || reading.kind === 'rate') return reading
  if (reading.kind === 'constant' && typeof reading.value === 'number')
    return roundSignificant(reading.value)
  return undefined
}

const unrounded = (course: Exclude<Course, number>, t: number): number =>
  course.kind === 'decayed' ? decayedAt(course, t) : ratePerDay(course, t)

function meets(course: Course, threshold: number): number {
  if (typeof course === 'number') return Number.NaN
  if (course.kind === 'rate') return rateMeets(course, threshold)
  const { valueAtRef, refTime, halfLifeMs } = course
  const halvings =
    threshold === 0
      ? Math.log2(Math.abs(valueAtRef)) - smallestExponent
      : Math.log2(valueAtRef / threshold)
  return refTime + halfLifeMs * halvings
}
