import { textTests } from '../cel/compare.ts'
import { type CelOutcome, compileCel } from '../cel/compile-cel.ts'
import type { Expression } from '../cel/expression.ts'
import { CelRefusal } from '../cel/expression.ts'
import type { CompiledRule, RuleResult, Verdict } from '../compiled.ts'
import { epochMs } from '../../event/ids.ts'
import { compareOperands } from './compare-operands.ts'
import type { Condition, Evaluation } from './evaluation.ts'
import { and, choice, not, or } from './logic.ts'
import type { RuleNames } from './names.ts'
import { createOperands, type Operands } from './operands.ts'

type Kind<K extends Expression['kind']> = Extract<Expression, { kind: K }>

/**
 * Compiles a segment's rule: CEL over features (bare or `features.x`), `traits.x` and `now`, in three-valued logic. Time enters
 * only where the next change can be computed; anything else is refused, with how to rewrite it.
 */
export const compileRule = (names: RuleNames, source: string): CelOutcome<CompiledRule> =>
  compileCel(names.environment, source, (expression) => {
    const operands = createOperands(names)
    const holds = condition(expression, operands)
    return {
      source,
      readsFeatures: [...operands.readsFeatures],
      readsTraits: [...operands.readsTraits],
      evaluate(profile, at) {
        const evaluation: Evaluation = { profile, at, until: Infinity }
        const verdict = holds(evaluation)
        return evaluation.until === Infinity
          ? forGood(verdict)
          : { verdict, changesAt: epochMs(evaluation.until) }
      },
    }
  })

const always: RuleResult = { verdict: true, changesAt: null }
const never: RuleResult = { verdict: false, changesAt: null }
const unknown: RuleResult = { verdict: 'unknown', changesAt: null }

/** What time does not change, and that is most of what rules say: nothing is made for it. */
const forGood = (verdict: Verdict): RuleResult =>
  verdict === 'unknown' ? unknown : verdict ? always : never

/** What one (part of a) rule says. */
export function condition(expression: Expression, operands: Operands): Condition {
  switch (expression.kind) {
    case 'logic': {
      const combine = expression.op === '&&' ? and : or
      return combine(condition(expression.left, operands), condition(expression.right, operands))
    }
    case 'not':
      return not(condition(expression.of, operands))
    case 'choice':
      return choice(
        condition(expression.test, operands),
        condition(expression.yes, operands),
        condition(expression.no, operands),
      )
    case 'compare':
      return compareOperands(
        expression,
        expression.op,
        operands.of(expression.left),
        operands.of(expression.right),
      )
    case 'in':
      return membership(expression, operands)
    case 'call':
      return callCondition(expression, operands)
    case 'literal':
    case 'name':
      return truth(expression, operands)
    case 'list':
    case 'arithmetic':
      throw new CelRefusal(expression, 'is no condition', 'compare it with something')
    default:
      return expression satisfies never
  }
}

/** A boolean trait (or first/last value) as it stands. */
function truth(expression: Expression, operands: Operands): Condition {
  const operand = operands.of(expression)
  if (operand.kind !== 'steady')
    throw new CelRefusal(expression, 'is not true or false', 'compare it with something')
  return (evaluation) => {
    const value = operand.read(evaluation)
    return value === undefined ? 'unknown' : value === true
  }
}

function membership({ item, list, ...at }: Kind<'in'>, operands: Operands): Condition {
  const wanted = operands.of(item)
  const among = operands.of(list)
  if (wanted.kind !== 'steady')
    throw new CelRefusal(item, 'changes with time, so it has no place before `in`', 'use >= and <')
  if (among.kind === 'list')
    return (evaluation) => {
      const value = wanted.read(evaluation)
      return value === undefined ? 'unknown' : among.values.has(value)
    }
  if (among.kind === 'keys')
    return (evaluation) => {
      const value = wanted.read(evaluation)
      const until = evaluation.until
      const keys = among.read(evaluation)
      evaluation.until = Math.min(until, evaluation.until)
      if (value === undefined || keys === undefined) return 'unknown'
      return typeof value === 'string' && keys.includes(value)
    }
  throw new CelRefusal(at, '`in` needs a list or a ranking', 'x in ["a", "b"], or "x" in interests')
}

function callCondition(expression: Kind<'call'>, operands: Operands): Condition {
  const [first, second] = expression.args
  if (expression.name === 'has' && first?.kind === 'name') return operands.presence(first)
  const test = textTests.get(expression.name)
  if (test === undefined || first === undefined || second === undefined)
    throw new CelRefusal(
      expression,
      `${expression.name}() is no condition of a rule`,
      'has, startsWith, endsWith and contains are',
    )
  const text = operands.of(first)
  const part = operands.of(second)
  if (text.kind !== 'steady' || part.kind !== 'steady')
    throw new CelRefusal(expression, `${expression.name}() needs texts`)
  return (evaluation) => {
    const a = text.read(evaluation)
    const until = evaluation.until
    const b = part.read(evaluation)
    evaluation.until = Math.min(until, evaluation.until)
    if (typeof a !== 'string' || typeof b !== 'string') return 'unknown'
    return test(a, b)
  }
}
