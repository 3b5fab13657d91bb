import type { ASTNode, Environment } from '@marcbachmann/cel-js'
import { ParseError, TypeError as CelTypeError } from '@marcbachmann/cel-js'
import type { CelProblem, Expression } from './expression.ts'
import { CelRefusal, toExpression } from './expression.ts'
import { withHint } from './problem-words.ts'

export type CelOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: CelProblem }

/** Limits of one expression: a rule that a person can read has a tenth of this. */
export const celLimits = {
  maxAstNodes: 400,
  maxDepth: 40,
  maxListElements: 200,
  maxMapEntries: 0,
  maxCallArguments: 4,
}

const readable = (message: string): string =>
  message
    .replaceAll('google.protobuf.Timestamp', 'time')
    .replaceAll('google.protobuf.Duration', 'duration')
    .replaceAll(/\b(?:double|int)\b/g, 'number')
    .replace(/^no such overload: /, 'does not fit: ')
    .replace(/^Unexpected token: EOF/, 'ends too early')
    .replaceAll(hidden.has, 'has')
    .replaceAll(hidden.type, 'type')

/**
 * Two names mean something else to the library: its macro knows only `has(a.b)`, and `type` is a constant of its own. Its type check
 * sees other names of the same length there, so that every offset stays right.
 */
export const hidden = { has: 'hax', type: 'tyqe' } as const

interface Renamed {
  readonly offset: number
  readonly name: string
}

function renamed(node: ASTNode, hideType: boolean): readonly Renamed[] {
  const found: Renamed[] = []
  const visit = (each: unknown): void => {
    if (Array.isArray(each)) each.forEach(visit)
    else if (isNode(each)) {
      if (each.op === 'call' && each.args[0] === 'has' && each.args[1][0]?.op === 'id')
        found.push({ offset: each.start, name: hidden.has })
      if (hideType && each.op === 'id' && each.args === 'type')
        found.push({ offset: each.start, name: hidden.type })
      visit(each.args)
    }
  }
  visit(node)
  return found
}

const isNode = (value: unknown): value is ASTNode =>
  typeof value === 'object' && value !== null && 'op' in value && 'start' in value

function checkable(environment: Environment, source: string, node: ASTNode): string {
  let text = source
  for (const { offset, name } of renamed(node, environment.hasVariable(hidden.type)))
    text = text.slice(0, offset) + name + text.slice(offset + name.length)
  return text
}

function problemOf(error: unknown, source: string): CelProblem {
  if (error instanceof CelRefusal) return error.problem
  if (error instanceof ParseError || error instanceof CelTypeError) {
    const message = readable(error.summary)
    return withHint({ offset: error.range?.start ?? 0, message, hint: null }, source)
  }
  throw error
}

/** The library shows the whole of an `&&` one of whose sides is no condition. The side that is none is what has to change. */
function refuseValues(environment: Environment, node: ASTNode): void {
  if (node.op !== '&&' && node.op !== '||') return
  for (const side of node.args) {
    refuseValues(environment, side)
    const text = balanced(side.input.slice(side.start, side.end))
    const { type, valid } = environment.check(
      checkable(environment, text, environment.parse(text).ast),
    )
    if (valid && type !== 'bool' && type !== 'dyn')
      throw new CelRefusal(
        { offset: side.start },
        `is a ${readable(type ?? 'value')}, not true or false`,
        'compare it with something',
      )
  }
}

/** A node begins and ends within the brackets at its edges, `a) + (b` of `(a) + (b)`: gives it those that it lacks. */
function balanced(text: string): string {
  let open = 0
  let lacking = 0
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[()]/g))
    if (token === '(') open += 1
    else if (token === ')' && open > 0) open -= 1
    else if (token === ')') lacking += 1
  return '('.repeat(lacking) + text + ')'.repeat(open)
}

const resultTypes = {
  condition: new Set(['bool', 'dyn']),
  number: new Set(['double', 'int', 'dyn']),
} as const satisfies Record<string, ReadonlySet<string>>

/** Parses and type-checks by the library, compiles by us. Anything wrong comes back as one problem with its place. */
export function compileCel<T>(
  environment: Environment,
  source: string,
  compile: (expression: Expression) => T,
  result: 'condition' | 'number' = 'condition',
): CelOutcome<T> {
  try {
    const tree: ASTNode = environment.parse(source).ast
    const checked = environment.check(checkable(environment, source, tree))
    if (!checked.valid) {
      refuseValues(environment, tree)
      return { ok: false, problem: problemOf(checked.error, source) }
    }
    if (!resultTypes[result].has(checked.type ?? ''))
      throw result === 'number'
        ? new CelRefusal(
            { offset: tree.start },
            `is a ${readable(checked.type ?? 'value')}, not a number`,
          )
        : new CelRefusal(
            { offset: tree.start },
            `is a ${readable(checked.type ?? 'value')}, not true or false`,
            'compare it with something',
          )
    return { ok: true, value: compile(toExpression(tree)) }
  } catch (error) {
    return { ok: false, problem: problemOf(error, source) }
  }
}

/** Declares what both languages share. A rule's number is a number: CEL's wall between int and double is taken down. */
export function withSharedFunctions(environment: Environment): Environment {
  environment.registerFunction(`${hidden.has}(dyn): bool`, () => true)
  for (const op of ['==', '+', '-', '*', '/'])
    environment.registerOperator(`double ${op} int`, () => true)
  for (const op of ['+', '-', '*', '/'])
    environment.registerOperator(`int ${op} double`, () => true)
  environment.registerOperator('double in list<int>', () => true)
  return environment
}
