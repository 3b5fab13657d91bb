import { Environment } from '@marcbachmann/cel-js'
import type { Scalar } from '../../event/event.ts'
import { arithmetic, comparisons } from '../cel/compare.ts'
import { celLimits, type CelOutcome, compileCel, withSharedFunctions } from '../cel/compile-cel.ts'
import { CelRefusal, type Expression } from '../cel/expression.ts'
import { celTypeOf } from '../rules/cel-types.ts'
import { reservedNames } from '../rules/reserved-names.ts'
import type { FeatureKind, FeatureShape } from '../feature-kinds.ts'

/** What a formula may know of a feature that it reads. */
export interface Input {
  readonly kind: FeatureKind
  readonly shape: FeatureShape
  readonly halfLifeMs: number | null
}

/** Value of a feature by its name, all of one moment; null: there is none. */
export type Lookup = (name: string) => Scalar | null

export interface Formula {
  readonly reads: readonly string[]
  readonly shape: 'plain' | 'steps' | 'decayed'
  /** Of a result that fades. */
  readonly halfLifeMs: number | null
  /** null: something that it needs has no value, or the result is no finite number. */
  readonly evaluate: (lookup: Lookup) => Scalar | null
}

/**
 * How a part grows when everything that fades is scaled: 0 not at all, 1 alike, `any` for zero. What fades by one half-life is scaled alike by time, so
 * a result of degree 0 does not move in time, and one of degree 1 fades likewise. Of anything else it could not be told when it will cross a threshold.
 */
type Degree = 0 | 1 | 'any'

interface Part {
  readonly degree: Degree
  readonly read: (lookup: Lookup) => Scalar | null
}

type Kind<K extends Expression['kind']> = Extract<Expression, { kind: K }>

/** Compiles CEL over other features: arithmetic, comparisons, `a ? b : c`, min(a, b) and max(a, b). */
export function compileFormula(
  source: string,
  inputs: ReadonlyMap<string, Input>,
): CelOutcome<Formula> {
  const environment = withSharedFunctions(
    new Environment({ homogeneousAggregateLiterals: false, limits: celLimits }),
  )
  for (const name of ['min', 'max'])
    environment.registerFunction(`${name}(dyn, dyn): double`, () => 0)
  for (const [name, { kind }] of inputs)
    if (!reservedNames.has(name)) environment.registerVariable(name, celTypeOf(kind))
  return compileCel(environment, source, (expression) => formulaOf(expression, inputs), 'number')
}

/** @throws CelRefusal where the formula has no meaning. */
export function formulaOf(expression: Expression, inputs: ReadonlyMap<string, Input>): Formula {
  const reads = new Set<string>()
  const part = partOf(expression, inputs, reads)
  const read = [...reads].flatMap((name) => inputs.get(name) ?? [])
  const fading = read.filter(({ shape }) => shape === 'decayed')
  const halfLives = new Set(fading.map(({ halfLifeMs }) => halfLifeMs))
  if (halfLives.size > 1)
    throw new CelRefusal(
      expression,
      'reckons with values that fade at different speeds',
      'give them the same half_life',
    )
  if (fading.length > 0 && read.some(({ shape }) => shape === 'steps'))
    throw new CelRefusal(
      expression,
      'mixes values that fade with values of a window',
      'use one or the other',
    )
  const [halfLifeMs = null] = halfLives
  return {
    reads: [...reads].toSorted(),
    shape:
      part.degree === 1
        ? 'decayed'
        : read.some(({ shape }) => shape === 'steps')
          ? 'steps'
          : 'plain',
    halfLifeMs: part.degree === 1 ? halfLifeMs : null,
    evaluate: part.read,
  }
}

function partOf(
  expression: Expression,
  inputs: ReadonlyMap<string, Input>,
  reads: Set<string>,
): Part {
  const of = (inner: Expression): Part => partOf(inner, inputs, reads)
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression
      return { degree: value === 0 ? 'any' : 0, read: () => value }
    }
    case 'name':
      return nameOf(expression, inputs, reads)
    case 'arithmetic':
      return arithmeticOf(expression, of(expression.left), of(expression.right))
    case 'compare': {
      const left = of(expression.left)
      const right = of(expression.right)
      alike(expression, left.degree, right.degree)
      const holds = comparisons[expression.op]
      return { degree: 0, read: both(left, right, holds) }
    }
    case 'logic':
      return logicOf(expression.op, of(expression.left), of(expression.right))
    case 'not': {
      const inner = of(expression.of)
      return {
        degree: 0,
        read: (lookup) => {
          const value = inner.read(lookup)
          return typeof value === 'boolean' ? !value : null
        },
      }
    }
    case 'choice': {
      const test = of(expression.test)
      const yes = of(expression.yes)
      const no = of(expression.no)
      return {
        degree: alike(expression, yes.degree, no.degree),
        read: (lookup) => {
          const value = test.read(lookup)
          return typeof value === 'boolean' ? (value ? yes : no).read(lookup) : null
        },
      }
    }
    case 'call':
      return callOf(expression, of)
    case 'in':
    case 'list':
      throw new CelRefusal(expression, 'has no meaning in a formula', 'compare with == and ||')
    default:
      return expression satisfies never
  }
}

function nameOf(
  expression: Kind<'name'>,
  inputs: ReadonlyMap<string, Input>,
  reads: Set<string>,
): Part {
  const [name = '', ...more] = expression.names
  const input = inputs.get(name)
  if (input === undefined || more.length > 0)
    throw new CelRefusal(expression, `${expression.names.join('.')} is no feature`)
  if (input.shape !== 'plain' && input.shape !== 'steps' && input.shape !== 'decayed')
    throw new CelRefusal(
      expression,
      `${name} (${input.kind}) is no number that a formula can reckon with`,
      input.shape === 'rate'
        ? 'a rate with a half_life can be; or divide a window_count by its days'
        : 'counts, sums, means, extremes, windows, intervals and fading values are',
    )
  reads.add(name)
  return { degree: input.shape === 'decayed' ? 1 : 0, read: (lookup) => lookup(name) }
}

function arithmeticOf(expression: Kind<'arithmetic'>, left: Part, right: Part): Part {
  const { op } = expression
  const { left: a, right: b } = expression
  if (op === '/' && a.kind === 'literal' && a.integer && b.kind === 'literal' && b.integer)
    throw new CelRefusal(expression, 'divides two whole numbers', 'write the quotient, 3.5 say')
  const combine = arithmetic[op]
  const read = both(left, right, (x, y) => {
    if (typeof x !== 'number' || typeof y !== 'number') return null
    const value = combine(x, y)
    return Number.isFinite(value) ? value + 0 : null
  })
  return { degree: degreeOf(expression, left.degree, right.degree), read }
}

function degreeOf(expression: Kind<'arithmetic'>, left: Degree, right: Degree): Degree {
  if (expression.op === '+' || expression.op === '-') return alike(expression, left, right)
  if (left === 'any' || right === 'any') return left === 'any' ? 'any' : left
  const degree = expression.op === '*' ? left + right : left - right
  if (degree === 0 || degree === 1) return degree
  throw new CelRefusal(
    expression,
    expression.op === '*'
      ? 'multiplies two values that fade'
      : 'divides by a value that fades something that does not',
    'divide what fades by what fades with the same half_life, or by what does not fade',
  )
}

function alike(expression: Expression, left: Degree, right: Degree): Degree {
  if (left === 'any') return right
  if (right === 'any' || left === right) return left
  throw new CelRefusal(
    expression,
    'puts a value that fades beside one that does not',
    'only values that fade with the same half_life add up and compare; others multiply or divide them',
  )
}

const both =
  (
    left: Part,
    right: Part,
    combine: (a: Scalar, b: Scalar) => Scalar | null,
  ): ((lookup: Lookup) => Scalar | null) =>
  (lookup) => {
    const a = left.read(lookup)
    const b = right.read(lookup)
    return a === null || b === null ? null : combine(a, b)
  }

function logicOf(op: '&&' | '||', left: Part, right: Part): Part {
  const decides = op === '||'
  return {
    degree: 0,
    read: (lookup) => {
      const a = left.read(lookup)
      const b = right.read(lookup)
      if (a === decides || b === decides) return decides
      return typeof a === 'boolean' && typeof b === 'boolean' ? !decides : null
    },
  }
}

function callOf(expression: Kind<'call'>, of: (inner: Expression) => Part): Part {
  const [first, second] = expression.args
  const choose = { min: Math.min, max: Math.max }[expression.name]
  if (choose === undefined || first === undefined || second === undefined)
    throw new CelRefusal(
      expression,
      `${expression.name}() has no meaning in a formula`,
      'min(a, b) and max(a, b) have',
    )
  const left = of(first)
  const right = of(second)
  return {
    degree: alike(expression, left.degree, right.degree),
    read: both(left, right, (a, b) =>
      typeof a === 'number' && typeof b === 'number' ? choose(a, b) : null,
    ),
  }
}
