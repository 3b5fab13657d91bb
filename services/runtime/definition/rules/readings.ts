import type { Scalar } from '../../event/event.ts'
import type { FeatureKind, Reading } from '../compiled.ts'
import { decayedAt, roundSignificant } from './crossing.ts'
import { type Evaluation, isFresh } from './evaluation.ts'
import type { MovingValue, Operand } from './operand.ts'

type Read = (evaluation: Evaluation) => Reading

/**
 * How a feature reads where nothing has happened yet: sums and counts are 0, decayed ones too, a ranking is empty; a mean, an
 * extreme, a first or last value and a last time are unknown, since there is none. Stale is always unknown.
 */
const zeroWhenAbsent: ReadonlySet<FeatureKind> = new Set([
  'count',
  'sum',
  'decayed_count',
  'decayed_sum',
])

const noKeys: readonly string[] = []

export function featureOperand(kind: FeatureKind, read: Read): Operand {
  switch (kind) {
    case 'decayed_count':
    case 'decayed_sum':
      return { kind: 'decayed', moving: (evaluation) => decaying(read(evaluation), evaluation) }
    case 'last_seen':
      return {
        kind: 'instant',
        read: (evaluation) => {
          const reading = read(evaluation)
          return isFresh(reading, evaluation) && reading.kind === 'instant' ? reading.at : undefined
        },
      }
    case 'decayed_topk':
      return {
        kind: 'keys',
        read: (evaluation) => {
          const reading = read(evaluation)
          const fresh = isFresh(reading, evaluation)
          if (reading.kind === 'absent') return noKeys
          return fresh && reading.kind === 'ranked' ? reading.keys : undefined
        },
      }
    case 'decayed_mean':
    case 'count':
    case 'sum':
    case 'min':
    case 'max':
    case 'first':
    case 'last': {
      const absent = zeroWhenAbsent.has(kind) ? 0 : undefined
      return {
        kind: 'steady',
        literal: null,
        read: (evaluation) => rounded(steadyValue(read(evaluation), evaluation, absent)),
      }
    }
    default:
      return kind satisfies never
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
  return fresh && reading.kind === 'constant' ? reading.value : undefined
}

const still = (value: number): MovingValue => ({ at: () => value, meets: () => Number.NaN })

/** Halvings after which every finite number has become 0: from 2^1024 down past 2^-1074. */
const smallestExponent = -1075

function decaying(reading: Reading, evaluation: Evaluation): MovingValue | undefined {
  const fresh = isFresh(reading, evaluation)
  if (reading.kind === 'absent') return still(0)
  if (!fresh) return undefined
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
