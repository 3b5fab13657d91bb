import { textTests } from './compare.ts'
import type { Expression } from './expression.ts'

/** How tightly each binds; what binds less than its surroundings stands in parentheses. */
const precedence = { choice: 0, or: 1, and: 2, compare: 3, sum: 4, product: 5, not: 6, atom: 7 }

const bindsOf = (expression: Expression): number => {
  switch (expression.kind) {
    case 'choice':
      return precedence.choice
    case 'logic':
      return expression.op === '||' ? precedence.or : precedence.and
    case 'compare':
    case 'in':
      return precedence.compare
    case 'arithmetic':
      return expression.op === '+' || expression.op === '-' ? precedence.sum : precedence.product
    case 'not':
      return precedence.not
    case 'literal':
    case 'name':
    case 'list':
    case 'call':
      return precedence.atom
    default:
      return expression satisfies never
  }
}

/** The expression as CEL again, in one way of writing: for people, and the same for rules that differ in blanks, brackets or quotes alone. */
export function printExpression(expression: Expression): string {
  const binds = bindsOf(expression)
  const inside = (part: Expression, atLeast = binds): string =>
    bindsOf(part) < atLeast ? `(${printExpression(part)})` : printExpression(part)
  switch (expression.kind) {
    case 'choice':
      return `${inside(expression.test, 1)} ? ${inside(expression.yes, 1)} : ${inside(expression.no)}`
    case 'logic':
    case 'arithmetic':
      return `${inside(expression.left)} ${expression.op} ${inside(expression.right, binds + (expression.kind === 'arithmetic' ? 1 : 0))}`
    case 'compare':
      return `${inside(expression.left, binds + 1)} ${expression.op} ${inside(expression.right, binds + 1)}`
    case 'in':
      return `${inside(expression.item, binds + 1)} in ${inside(expression.list, binds + 1)}`
    case 'not':
      return `!${inside(expression.of)}`
    case 'literal':
      return JSON.stringify(expression.value)
    case 'name':
      return expression.names.join('.')
    case 'list':
      return `[${expression.items.map(printExpression).join(', ')}]`
    case 'call': {
      const [first, ...more] = expression.args
      // The tests of texts are methods, the rest are functions.
      return first !== undefined && textTests.has(expression.name)
        ? `${inside(first)}.${expression.name}(${more.map(printExpression).join(', ')})`
        : `${expression.name}(${expression.args.map(printExpression).join(', ')})`
    }
    default:
      return expression satisfies never
  }
}
