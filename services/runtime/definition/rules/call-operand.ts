import type { Expression } from '../cel/expression.ts'
import { CelRefusal, plainLiteral } from '../cel/expression.ts'
import { durationLiteralMs } from './duration-literal.ts'
import type { Steady } from './evaluation.ts'
import type { Moving, Operand } from './operand.ts'

type Kind<K extends Expression['kind']> = Extract<Expression, { kind: K }>

/** The age of a moment never reads below zero: an event of the near future is as new as can be. */
export const ageOf = (instant: Steady<number>): Moving => ({
  read: instant,
  at: (since, t) => Math.max(0, t - Number(since)),
  meets: (since, threshold) => Number(since) + threshold,
})

const unitMs: ReadonlyMap<string, number> = new Map([
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
])

/** The functions of rules that give a value. */
export function callOperand(
  expression: Kind<'call'>,
  of: (expression: Expression) => Operand,
): Operand {
  const [first] = expression.args
  if (first === undefined) throw new CelRefusal(expression, `${expression.name}() needs a value`)
  const unit = unitMs.get(expression.name)
  if (unit !== undefined) return { kind: 'duration', ms: unit * wholeNumber(first) }
  switch (expression.name) {
    case 'duration':
      return durationOperand(first)
    case 'timestamp':
      return timestampOperand(first)
    case 'age': {
      const instant = of(first)
      if (instant.kind === 'instant') return { kind: 'age', moving: ageOf(instant.read) }
      break
    }
    case 'size':
    case 'top':
      return ofKeys(expression, of(first))
    default:
  }
  throw new CelRefusal(
    expression,
    `${expression.name}() has no meaning here`,
    'values are features, traits, age(x), size(x), top(x), days(n), hours(n), minutes(n), duration("…"), timestamp("…")',
  )
}

function ofKeys(expression: Kind<'call'>, operand: Operand): Operand {
  const take =
    expression.name === 'size'
      ? (keys: readonly string[]) => keys.length
      : (keys: readonly string[]) => keys[0]
  if (operand.kind === 'keys')
    return {
      kind: 'steady',
      literal: null,
      read: (evaluation) => {
        const keys = operand.read(evaluation)
        return keys === undefined ? undefined : take(keys)
      },
    }
  if (operand.kind === 'steady' && expression.name === 'size')
    return {
      kind: 'steady',
      literal: null,
      read: (evaluation) => {
        const text = operand.read(evaluation)
        return typeof text === 'string' ? text.length : undefined
      },
    }
  throw new CelRefusal(expression, `${expression.name}() needs a ranking (decayed_topk)`)
}

function wholeNumber(expression: Expression): number {
  const value = plainLiteral(expression)
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 1e6)
    return value
  throw new CelRefusal(expression, 'must be a whole number from 0 to 1000000, written out')
}

function durationOperand(expression: Expression): Operand {
  const text = plainLiteral(expression)
  const ms = typeof text === 'string' ? durationLiteralMs(text) : undefined
  if (ms === undefined)
    throw new CelRefusal(
      expression,
      'is no duration',
      'write duration("720h"), duration("30d") or days(30)',
    )
  return { kind: 'duration', ms }
}

function timestampOperand(expression: Expression): Operand {
  const text = plainLiteral(expression)
  const ms = typeof text === 'string' ? Date.parse(text) : Number.NaN
  if (
    typeof text !== 'string' ||
    !/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) ||
    Number.isNaN(ms)
  )
    throw new CelRefusal(expression, 'is no time', 'write timestamp("2027-01-31T00:00:00Z")')
  return {
    kind: 'instant',
    read: (evaluation) => {
      evaluation.until = Infinity
      return ms
    },
  }
}
