import { compileCel } from '#runtime/definition/cel/compile-cel.ts'
import type { Comparison, Expression } from '#runtime/definition/cel/expression.ts'
import { printExpression } from '#runtime/definition/cel/print-expression.ts'
import type { RuleNames } from '#runtime/definition/rules/names.ts'

const compared: Readonly<Record<Comparison, string>> = {
  '==': 'is',
  '!=': 'is not',
  '<': 'below',
  '<=': 'at most',
  '>': 'above',
  '>=': 'at least',
}

/** Of an age: how long ago. */
const ago: Readonly<Record<Comparison, string>> = {
  '==': 'exactly',
  '!=': 'not exactly',
  '<': 'less than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
}

/** A rule as a sentence: `orders at least 3 and last order at at most 60 days ago`; a rule that is none stays as it is written. */
export function ruleInWords({ environment }: RuleNames, source: string): string {
  const outcome = compileCel(environment, source, (expression) => words(expression, false))
  return outcome.ok ? outcome.value : source
}

function words(expression: Expression, nested: boolean): string {
  switch (expression.kind) {
    case 'logic': {
      const { left, op, right } = expression
      const part = (each: Expression): string =>
        words(each, each.kind === 'choice' || (each.kind === 'logic' && each.op !== op))
      const text = `${part(left)} ${op === '&&' ? 'and' : 'or'} ${part(right)}`
      return nested ? `(${text})` : text
    }
    case 'not':
      return expression.of.kind === 'call' && expression.of.name === 'has'
        ? `${nameOf(expression.of.args[0])} not known`
        : `not ${words(expression.of, true)}`
    case 'choice': {
      const { no, test, yes } = expression
      const text = `if ${words(test, true)} then ${words(yes, true)}, else ${words(no, true)}`
      return nested ? `(${text})` : text
    }
    case 'compare':
      return comparisonInWords(expression)
    case 'in':
      return expression.list.kind === 'list'
        ? `${nameOf(expression.item)} one of ${expression.list.items.map(valueOf).join(', ')}`
        : `${valueOf(expression.item)} among ${nameOf(expression.list)}`
    case 'call':
      return expression.name === 'has'
        ? `${nameOf(expression.args[0])} known`
        : callInWords(expression.name, expression.args)
    case 'name':
      return nameOf(expression)
    case 'literal':
      return expression.value === true ? 'everybody' : 'nobody'
    case 'list':
    case 'arithmetic':
      return printExpression(expression)
    default:
      return expression satisfies never
  }
}

function comparisonInWords({ left, op, right }: Extract<Expression, { kind: 'compare' }>): string {
  const moment = ageOf(left)
  if (moment !== null) return `${momentName(moment)} ${ago[op]} ${valueOf(right)} ago`
  if (isMoment(right)) {
    const order =
      op === '<' || op === '<=' ? 'before' : op === '>' || op === '>=' ? 'after' : compared[op]
    return `${momentName(left)} ${order} ${right.kind === 'name' ? momentName(right) : valueOf(right)}`
  }
  return `${nameOf(left)} ${compared[op]} ${valueOf(right)}`
}

/** `last_order_at`: last order. */
const momentName = (expression: Expression): string => nameOf(expression).replace(/ at$/, '')

const ageOf = (expression: Expression): Expression | null =>
  expression.kind === 'call' && expression.name === 'age' ? (expression.args[0] ?? null) : null

const isMoment = (expression: Expression): boolean =>
  (expression.kind === 'call' && expression.name === 'timestamp') ||
  (expression.kind === 'name' && (expression.names.at(-1) ?? '').endsWith('_at'))

function callInWords(name: string, args: readonly Expression[]): string {
  const [first, second] = args
  const texts: Readonly<Record<string, string>> = {
    startsWith: 'begins with',
    endsWith: 'ends with',
    contains: 'contains',
  }
  const test = texts[name]
  return test !== undefined && first !== undefined && second !== undefined
    ? `${nameOf(first)} ${test} ${valueOf(second)}`
    : printExpression({ kind: 'call', name, args, offset: 0 })
}

function nameOf(expression: Expression | undefined): string {
  if (expression === undefined) return ''
  if (expression.kind === 'name')
    return expression.names
      .filter((name) => name !== 'features' && name !== 'traits')
      .join('.')
      .replaceAll('_', ' ')
  if (expression.kind === 'call' && expression.name === 'size')
    return `number of ${nameOf(expression.args[0])}`
  if (expression.kind === 'call' && expression.name === 'top')
    return `first of ${nameOf(expression.args[0])}`
  return printExpression(expression)
}

function valueOf(expression: Expression): string {
  if (expression.kind === 'literal' && typeof expression.value === 'string') return expression.value
  if (expression.kind === 'call' && expression.args[0]?.kind === 'literal') {
    const value = String(expression.args[0].value)
    const unit = expression.name
    if (unit === 'days' || unit === 'hours' || unit === 'minutes')
      return `${value} ${value === '1' ? unit.slice(0, -1) : unit}`
    if (unit === 'duration' || unit === 'timestamp') return value
  }
  return expression.kind === 'name' ? nameOf(expression) : printExpression(expression)
}
