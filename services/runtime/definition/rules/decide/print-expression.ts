import type { Expression } from '../../cel/expression.ts'

/** An expression in one way of writing: the same for rules that differ in blanks, brackets or quotes alone. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return JSON.stringify(expression.value)
    case 'name':
      return expression.names.join('.')
    case 'logic':
    case 'compare':
    case 'arithmetic':
      return `${operand(expression.left)} ${expression.op} ${operand(expression.right)}`
    case 'not':
      return `!${operand(expression.of)}`
    case 'choice':
      return `${operand(expression.test)} ? ${operand(expression.yes)} : ${operand(expression.no)}`
    case 'in':
      return `${operand(expression.item)} in ${operand(expression.list)}`
    case 'list':
      return `[${expression.items.map(printExpression).join(', ')}]`
    case 'call':
      return `${expression.name}(${expression.args.map(printExpression).join(', ')})`
    default:
      return expression satisfies never
  }
}

function operand(expression: Expression): string {
  const text = printExpression(expression)
  const isPlain =
    expression.kind === 'literal' ||
    expression.kind === 'name' ||
    expression.kind === 'call' ||
    expression.kind === 'list' ||
    expression.kind === 'not'
  return isPlain ? text : `(${text})`
}
