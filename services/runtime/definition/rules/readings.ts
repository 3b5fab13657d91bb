import type { Scalar } from '../../event/event.ts'
import type { Reading } from '../compiled.ts'
import { type FeatureKind, type FeatureShape, isZeroWhenAbsent } from '../feature-kinds.ts'
import { decayedAt, roundSignificant } from './crossing.ts'
import { type Evaluation, isFresh } from './evaluation.ts'
import type { MovingValue, Operand } from './operand.ts'
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
      return {
        kind: 'decayed',
        moving: (evaluation) => moving(read(evaluation), evaluation, absent),
      }
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

const still = (value: number): MovingValue => ({ at: () => value, meets: () => Number.NaN })

/** Halvings after which every finite number has become 0: from 2^1024 down past 2^-1074. */
const smallestExponent = -1075

function moving(
  reading: Reading,
  evaluation: Evaluation,
  absent: 0 | undefined,
): MovingValue | undefined {
  const fresh = isFresh(reading, evaluation)
  if (reading.kind === 'absent') return absent === undefined ? undefined : still(absent)
  if (!fresh) return undefined
  if (reading.kind === 'rate')
    return {
      at: (t) => roundSignificant(ratePerDay(reading, t)),
      meets: (threshold) => rateMeets(reading, threshold),
    }
  if (reading.kind === 'constant' && typeof reading.value === 'number')
    return still(roundSignificant(reading.value))
  if (reading.kind !== 'decayed') return undefined
  const { valueAtRef, refTime, halfLifeMs } = reading
  return {
    at: (t) => roundSignificant(decayedAt(reading, t)),
    meets: (threshold) => {
      const halvings =
        threshold === 0
          ? Math.log2(Math.abs(valueAtRef)) - smallestExponent
          : Math.log2(valueAtRef / threshold)
      return refTime + halfLifeMs * halvings
    },
  }
}
