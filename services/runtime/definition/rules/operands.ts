import { arithmetic } from '../cel/compare.ts'
import type { Expression } from '../cel/expression.ts'
import { CelRefusal, plainLiteral } from '../cel/expression.ts'
import type { Reading } from '../compiled.ts'
import { ageOf, callOperand } from './call-operand.ts'
import { type Condition, type Evaluation, isFresh, type Steady } from './evaluation.ts'
import type { RuleNames } from './names.ts'
import { type Moving, type Operand, steadyLiteral } from './operand.ts'
import { featureOperand, traitOperand } from './readings.ts'
import { nextStepAfter, stepAt } from './steps.ts'

type Kind<K extends Expression['kind']> = Extract<Expression, { kind: K }>

/** Turns expressions into operands, and keeps the books of what they read. */
export interface Operands {
  readonly readsFeatures: ReadonlySet<string>
  readonly readsTraits: ReadonlySet<string>
  of(expression: Expression): Operand
  presence(name: Kind<'name'>): Condition
}

interface Named {
  readonly operand: Operand
  read(evaluation: Evaluation): Reading
}

export function createOperands(names: RuleNames): Operands {
  const readsFeatures = new Set<string>()
  const readsTraits = new Set<string>()

  function named(expression: Kind<'name'>): Named {
    const [root = '', field, ...more] = expression.names
    const name = root === 'features' && field !== undefined ? field : root
    const depth =
      root === 'features' || root === 'traits' ? more.length : expression.names.length - 1
    if (depth > 0) throw new CelRefusal(expression, `${expression.names.join('.')} has no fields`)
    if (root === 'traits' && field !== undefined && names.traits.has(field)) {
      readsTraits.add(field)
      const read = (evaluation: Evaluation): Reading => evaluation.profile.trait(field)
      return { operand: traitOperand(read), read }
    }
    const feature = names.features.get(name)
    if (feature === undefined)
      throw new CelRefusal(expression, `${expression.names.join('.')} is no feature and no trait`)
    readsFeatures.add(name)
    for (const each of feature.restsOn) readsFeatures.add(each)
    const read = (evaluation: Evaluation): Reading => evaluation.profile.feature(name)
    return { operand: featureOperand(feature, read), read }
  }

  function of(expression: Expression): Operand {
    switch (expression.kind) {
      case 'literal':
        if (expression.value === null)
          throw new CelRefusal(expression, 'null is no value here', 'ask with has(x) or !has(x)')
        return steadyLiteral(expression.value)
      case 'name':
        return expression.names.length === 1 && expression.names[0] === 'now'
          ? { kind: 'now' }
          : named(expression).operand
      case 'list':
        return { kind: 'list', values: new Set(expression.items.map(plainLiteral)) }
      case 'arithmetic':
        return arithmeticOperand(expression, of(expression.left), of(expression.right))
      case 'call':
        return callOperand(expression, of)
      case 'logic':
      case 'not':
      case 'choice':
      case 'compare':
      case 'in':
        throw new CelRefusal(
          expression,
          'is a condition where a value is needed',
          'join conditions with && and ||',
        )
      default:
        return expression satisfies never
    }
  }

  function presence(expression: Kind<'name'>): Condition {
    const reading = named(expression)
    return (evaluation) => {
      const found = reading.read(evaluation)
      const fresh = isFresh(found, evaluation)
      if (!fresh || found.kind !== 'steps') return fresh
      // A quotient has no value while what it divides by is 0.
      const next = nextStepAfter(found.steps, evaluation.at)
      if (next < evaluation.until) evaluation.until = next
      return (stepAt(found.steps, evaluation.at)?.value ?? null) !== null
    }
  }

  return { readsFeatures, readsTraits, of, presence }
}

function arithmeticOperand(expression: Kind<'arithmetic'>, left: Operand, right: Operand): Operand {
  const { op } = expression
  if (left.kind === 'now' && right.kind === 'instant' && op === '-')
    return { kind: 'age', moving: ageOf(right.read) }
  if (left.kind === 'steady' && right.kind === 'steady')
    return steadyArithmetic(expression, left.read, right.read)
  if (left.kind === 'decayed' && right.kind === 'steady' && typeof right.literal === 'number')
    return { kind: 'decayed', moving: linear(expression, left.moving, right.literal, false) }
  if (
    right.kind === 'decayed' &&
    left.kind === 'steady' &&
    typeof left.literal === 'number' &&
    op !== '/'
  )
    return { kind: 'decayed', moving: linear(expression, right.moving, left.literal, true) }
  if (left.kind === 'decayed' || right.kind === 'decayed')
    throw new CelRefusal(
      expression,
      'mixes a decaying value with something that is no constant',
      'compare the decaying value with a constant, and the other one in a comparison of its own',
    )
  throw new CelRefusal(
    expression,
    'reckons with time in a way whose next change is not computable',
    'write age(last_order_at) > days(30), or now - last_order_at > days(30)',
  )
}

function steadyArithmetic(expression: Kind<'arithmetic'>, left: Steady, right: Steady): Operand {
  const combine = arithmetic[expression.op]
  const { left: a, right: b } = expression
  if (
    expression.op === '/' &&
    a.kind === 'literal' &&
    a.integer &&
    b.kind === 'literal' &&
    b.integer
  )
    throw new CelRefusal(expression, 'divides two whole numbers', 'write the quotient, 3.5 say')
  return {
    kind: 'steady',
    literal: null,
    read: (evaluation) => {
      const x = left(evaluation)
      const until = evaluation.until
      const y = right(evaluation)
      evaluation.until = Math.min(until, evaluation.until)
      if (typeof x !== 'number' || typeof y !== 'number') return undefined
      const value = combine(x, y)
      return Number.isFinite(value) ? value : undefined
    },
  }
}

/** A decaying value and one constant: still monotone, so still solvable. */
function linear(
  { op, offset }: Kind<'arithmetic'>,
  moving: Moving,
  constant: number,
  constantFirst: boolean,
): Moving {
  if (op === '/' && constant === 0) throw new CelRefusal({ offset }, 'divides by zero')
  const combine = arithmetic[op]
  const apply = (value: number): number =>
    constantFirst ? combine(constant, value) : combine(value, constant)
  const undo = (threshold: number): number => {
    if (op === '+') return threshold - constant
    if (op === '-') return constantFirst ? constant - threshold : threshold + constant
    return op === '*' ? threshold / constant : threshold * constant
  }
  return {
    read: (evaluation) => moving.read(evaluation),
    at: (course, t) => apply(moving.at(course, t)),
    meets: (course, threshold) => moving.meets(course, undo(threshold)),
  }
}
