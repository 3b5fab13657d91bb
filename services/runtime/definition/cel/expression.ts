import type { ASTNode } from '@marcbachmann/cel-js'
import type { Scalar } from '../../event/event.ts'

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='
export type Arithmetic = '+' | '-' | '*' | '/'

interface At {
  /** Characters from the start of the expression. */
  readonly offset: number
}

/** The part of CEL that the pipeline file speaks: what both languages (of events, of profiles) compile from. */
export type Expression = At &
  (
    | { readonly kind: 'literal'; readonly value: Scalar | null; readonly integer: boolean }
    /** `a.b`, `a["b"]`: names from the outside in. */
    | { readonly kind: 'name'; readonly names: readonly string[] }
    | {
        readonly kind: 'logic'
        readonly op: '&&' | '||'
        readonly left: Expression
        readonly right: Expression
      }
    | { readonly kind: 'not'; readonly of: Expression }
    | {
        readonly kind: 'choice'
        readonly test: Expression
        readonly yes: Expression
        readonly no: Expression
      }
    | {
        readonly kind: 'compare'
        readonly op: Comparison
        readonly left: Expression
        readonly right: Expression
      }
    | { readonly kind: 'in'; readonly item: Expression; readonly list: Expression }
    | { readonly kind: 'list'; readonly items: readonly Expression[] }
    | {
        readonly kind: 'arithmetic'
        readonly op: Arithmetic
        readonly left: Expression
        readonly right: Expression
      }
    /** `f(x)`; `x.f(y)` too, with the receiver as first argument. */
    | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  )

/** What is wrong with an expression; `offset` counts characters from its start. */
export interface CelProblem {
  readonly offset: number
  readonly message: string
  readonly hint: string | null
}

/** Refuses an expression while it is compiled: at a place, with how to rewrite it. `compileCel` turns it into a value. */
export class CelRefusal extends Error {
  readonly problem: CelProblem
  constructor(at: At, message: string, hint: string | null = null) {
    super(message)
    this.name = 'CelRefusal'
    this.problem = { offset: at.offset, message, hint }
  }
}

export function plainLiteral(expression: Expression): Scalar {
  if (expression.kind === 'literal' && expression.value !== null) return expression.value
  throw new CelRefusal(expression, 'must be a plain text, number, true or false')
}

/** From the library's tree to ours; refuses what the pipeline file has no meaning for. */
export function toExpression(node: ASTNode): Expression {
  const offset = node.start
  switch (node.op) {
    case 'value':
      return literal(node.args, offset)
    case 'id':
      return { kind: 'name', names: [node.args], offset }
    case '.':
      return { kind: 'name', names: [...namesOf(node.args[0]), node.args[1]], offset }
    case '[]':
      return { kind: 'name', names: [...namesOf(node.args[0]), keyOf(node.args[1])], offset }
    case '&&':
    case '||':
      return { kind: 'logic', op: node.op, ...operands(node.args), offset }
    case '!_':
      return { kind: 'not', of: toExpression(node.args), offset }
    case '-_':
      return negative(toExpression(node.args), offset)
    case '?:': {
      const [test, yes, no] = node.args
      return {
        kind: 'choice',
        test: toExpression(test),
        yes: toExpression(yes),
        no: toExpression(no),
        offset,
      }
    }
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return { kind: 'compare', op: node.op, ...operands(node.args), offset }
    case '+':
    case '-':
    case '*':
    case '/':
      return { kind: 'arithmetic', op: node.op, ...operands(node.args), offset }
    case 'in':
      return {
        kind: 'in',
        item: toExpression(node.args[0]),
        list: toExpression(node.args[1]),
        offset,
      }
    case 'list':
      return { kind: 'list', items: node.args.map(toExpression), offset }
    case 'call':
      return { kind: 'call', name: node.args[0], args: node.args[1].map(toExpression), offset }
    case 'rcall': {
      const [name, receiver, args] = node.args
      return {
        kind: 'call',
        name,
        args: [toExpression(receiver), ...args.map(toExpression)],
        offset,
      }
    }
    case '%':
    case 'map':
    case '.?':
    case '[?]':
      throw new CelRefusal({ offset }, `${node.op} has no meaning in a pipeline file`)
    default:
      return node satisfies never
  }
}

const operands = ([left, right]: readonly [ASTNode, ASTNode]): {
  left: Expression
  right: Expression
} => ({ left: toExpression(left), right: toExpression(right) })

function literal(value: unknown, offset: number): Expression {
  if (typeof value === 'bigint')
    return { kind: 'literal', value: Number(value), integer: true, offset }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { kind: 'literal', value, integer: false, offset }
  if (value === null) return { kind: 'literal', value: null, integer: false, offset }
  throw new CelRefusal({ offset }, 'only texts, numbers, true, false and null are values here')
}

function negative(inner: Expression, offset: number): Expression {
  if (inner.kind === 'literal' && typeof inner.value === 'number')
    return { ...inner, value: -inner.value, offset }
  const zero: Expression = { kind: 'literal', value: 0, integer: false, offset }
  return { kind: 'arithmetic', op: '-', left: zero, right: inner, offset }
}

function namesOf(node: ASTNode): readonly string[] {
  const inner = toExpression(node)
  if (inner.kind === 'name') return inner.names
  throw new CelRefusal(inner, 'has no fields', 'write properties.x, traits.x or features.x')
}

function keyOf(node: ASTNode): string {
  const key = toExpression(node)
  if (key.kind === 'literal' && key.value !== null) return String(key.value)
  throw new CelRefusal(key, 'an index must be a text or a number')
}
