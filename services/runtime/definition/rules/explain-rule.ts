import { compileCel } from '../cel/compile-cel.ts'
import type { Comparison, Expression } from '../cel/expression.ts'
import { mirrored } from '../cel/compare.ts'
import { printExpression } from '../cel/print-expression.ts'
import type { ProfileReader, Verdict } from '../compiled.ts'
import { type EpochMs, epochMs } from '../../event/ids.ts'
import type { Scalar } from '../../event/event.ts'
import { condition } from './compile-rule.ts'
import type { Condition, Evaluation } from './evaluation.ts'
import type { RuleNames } from './names.ts'
import { createOperands } from './operands.ts'

/** A comparison of one feature or trait (or its age) with something that is written out. */
export interface PlainComparison {
  /** As `because` names it: `orders`, `traits.country`. */
  readonly of: string
  readonly isAge: boolean
  readonly op: Comparison
  /** Milliseconds of an age. */
  readonly threshold: Scalar
}

/** A part of a rule with what came of it. Parts of one `&&` or `||` stand side by side, however they were grouped. */
export interface ExplainedRule {
  readonly kind: 'and' | 'or' | 'not' | 'choice' | 'test'
  /** The part as CEL. */
  readonly text: string
  readonly verdict: Verdict
  /** Whether the verdict of the whole rests on it: each part that refuses, or all that must agree. */
  readonly decides: boolean
  /** First millisecond at which time alone may change this part's verdict; null: never. */
  readonly changesAt: EpochMs | null
  readonly parts: readonly ExplainedRule[]
  /** What a test reads, under the names of `because`. Empty for what has parts. */
  readonly reads: readonly string[]
  /** null: it has parts, or compares in a way of its own. */
  readonly comparison: PlainComparison | null
}

export type RuleExplainer = (profile: ProfileReader, at: EpochMs) => ExplainedRule

/** @throws RangeError when the rule does not compile, which `parsePipeline` has ruled out. */
export function createRuleExplainer(names: RuleNames, source: string): RuleExplainer {
  const outcome = compileCel(names.environment, source, (expression) => partOf(expression, names))
  if (!outcome.ok) throw new RangeError(`${source}: ${outcome.problem.message}`)
  const root = outcome.value
  return (profile, at) => explain(root, { profile, at, until: Infinity }, true)
}

interface Part extends Pick<ExplainedRule, 'kind' | 'text' | 'reads' | 'comparison'> {
  readonly holds: Condition
  readonly parts: readonly Part[]
}

function partOf(expression: Expression, names: RuleNames): Part {
  const operands = createOperands(names)
  const part = {
    text: printExpression(expression),
    holds: condition(expression, operands),
    reads: [] as readonly string[],
    comparison: null,
  }
  switch (expression.kind) {
    case 'logic':
      return {
        ...part,
        kind: expression.op === '&&' ? 'and' : 'or',
        parts: sideBySide(expression, expression.op).map((each) => partOf(each, names)),
      }
    case 'not':
      return { ...part, kind: 'not', parts: [partOf(expression.of, names)] }
    case 'choice':
      return {
        ...part,
        kind: 'choice',
        parts: [expression.test, expression.yes, expression.no].map((each) => partOf(each, names)),
      }
    default:
      return {
        ...part,
        kind: 'test',
        parts: [],
        reads: [
          ...operands.readsFeatures,
          ...[...operands.readsTraits].map((name) => `traits.${name}`),
        ],
        comparison: expression.kind === 'compare' ? plainComparison(expression, names) : null,
      }
  }
}

function sideBySide(expression: Expression, op: '&&' | '||'): readonly Expression[] {
  if (expression.kind !== 'logic' || expression.op !== op) return [expression]
  return [...sideBySide(expression.left, op), ...sideBySide(expression.right, op)]
}

function plainComparison(
  { left, op, right }: Extract<Expression, { kind: 'compare' }>,
  names: RuleNames,
): PlainComparison | null {
  const subject = subjectOf(left)
  const threshold = constantOf(right, names)
  if (subject !== null && threshold !== null) return { ...subject, op, threshold }
  const other = subjectOf(right)
  const first = constantOf(left, names)
  return other === null || first === null ? null : { ...other, op: mirrored[op], threshold: first }
}

function subjectOf(expression: Expression): Pick<PlainComparison, 'of' | 'isAge'> | null {
  if (expression.kind === 'name' && expression.names.join() !== 'now')
    return { of: expression.names.join('.').replace(/^features\./, ''), isAge: false }
  const aged =
    expression.kind === 'call' && expression.name === 'age'
      ? expression.args[0]
      : expression.kind === 'arithmetic' &&
          expression.op === '-' &&
          expression.left.kind === 'name' &&
          expression.left.names.join() === 'now'
        ? expression.right
        : undefined
  const inner = aged === undefined ? null : subjectOf(aged)
  return inner === null ? null : { ...inner, isAge: true }
}

function constantOf(expression: Expression, names: RuleNames): Scalar | null {
  const operand = createOperands(names).of(expression)
  if (operand.kind === 'duration') return operand.ms
  return operand.kind === 'steady' ? operand.literal : null
}

function explain(part: Part, evaluation: Evaluation, decides: boolean): ExplainedRule {
  const { kind, text, reads, comparison, holds } = part
  evaluation.until = Infinity
  const verdict = holds(evaluation)
  const changesAt = evaluation.until === Infinity ? null : epochMs(evaluation.until)
  const parts = part.parts.map((each) => explain(each, evaluation, false))
  return {
    kind,
    text,
    verdict,
    decides,
    changesAt,
    parts: decides ? withDeciders(part, parts, verdict, evaluation) : parts,
    reads,
    comparison,
  }
}

/** Which of the parts the verdict rests on: they, and what decides in them, say so. */
function withDeciders(
  part: Part,
  explained: readonly ExplainedRule[],
  verdict: Verdict,
  evaluation: Evaluation,
): readonly ExplainedRule[] {
  const rests = (index: number): boolean => {
    const own = explained[index]?.verdict
    switch (part.kind) {
      case 'and':
      case 'or':
        // One part settles it; where none does, what is unknown keeps it open, or all agree.
        return own === verdict
      case 'not':
        return true
      case 'choice':
        return index === 0 || index === (explained[0]?.verdict === true ? 1 : 2)
      case 'test':
        return false
      default:
        return part.kind satisfies never
    }
  }
  return explained.map((each, index) => {
    const inner = part.parts[index]
    return inner !== undefined && rests(index) ? explain(inner, evaluation, true) : each
  })
}
