import { Environment } from '@marcbachmann/cel-js'
import type { RoutedEvent, Scalar } from '../../event/event.ts'
import { arithmetic, comparisons, textTests } from './compare.ts'
import type { CelOutcome } from './compile-cel.ts'
import { celLimits, compileCel, hidden, withSharedFunctions } from './compile-cel.ts'
import type { Expression } from './expression.ts'
import { CelRefusal, plainLiteral } from './expression.ts'
import type { EventPath } from './path.ts'
import { compileEventPath } from './path.ts'

export type EventPredicate = (event: RoutedEvent) => boolean

export interface CompiledWhere {
  readonly accepts: EventPredicate
  /** Every path that it reads, so that channels forward it. */
  readonly reads: readonly EventPath[]
}

type ValueOf = (event: RoutedEvent) => Scalar | null
type Kind<K extends Expression['kind']> = Extract<Expression, { kind: K }>

const environment = withSharedFunctions(
  new Environment({ homogeneousAggregateLiterals: false, limits: celLimits }),
)
  .registerVariable(hidden.type, 'string')
  .registerVariable('channel', 'string')
  .registerVariable('source', 'string')
  .registerVariable('properties', 'map<string, dyn>')
  .registerVariable('traits', 'map<string, dyn>')

/**
 * Compiles `where`: CEL over type, channel, source, properties.x and traits.x, into closures. What is missing reads as null; a
 * comparison with it (or between types) is false, except `x == null`, which asks for just that. Nothing throws per event.
 */
export const compileWhere = (source: string): CelOutcome<CompiledWhere> =>
  compileCel(environment, source, (expression) => {
    const reads: EventPath[] = []
    return { accepts: createCompiler(reads).condition(expression), reads }
  })

interface Compiler {
  condition(expression: Expression): EventPredicate
  value(expression: Expression): ValueOf
}

function createCompiler(reads: EventPath[]): Compiler {
  const compiler: Compiler = {
    condition(expression) {
      switch (expression.kind) {
        case 'logic': {
          const left = compiler.condition(expression.left)
          const right = compiler.condition(expression.right)
          return expression.op === '&&'
            ? (event) => left(event) && right(event)
            : (event) => left(event) || right(event)
        }
        case 'not': {
          const inner = compiler.condition(expression.of)
          return (event) => !inner(event)
        }
        case 'choice': {
          const test = compiler.condition(expression.test)
          const yes = compiler.condition(expression.yes)
          const no = compiler.condition(expression.no)
          return (event) => (test(event) ? yes(event) : no(event))
        }
        case 'compare':
          return compare(expression, compiler)
        case 'in':
          return membership(expression, compiler)
        case 'call':
          return call(expression, compiler)
        case 'literal':
        case 'name': {
          const value = compiler.value(expression)
          return (event) => value(event) === true
        }
        case 'list':
        case 'arithmetic':
          throw new CelRefusal(expression, 'is no condition', 'compare it with something')
        default:
          return expression satisfies never
      }
    },
    value(expression) {
      switch (expression.kind) {
        case 'literal': {
          const { value } = expression
          return () => value
        }
        case 'name': {
          const path = eventPath(expression)
          reads.push(path)
          return compileEventPath(path)
        }
        case 'arithmetic':
          return arithmeticValue(expression, compiler)
        case 'logic':
        case 'not':
        case 'choice':
        case 'compare':
        case 'in': {
          const holds = compiler.condition(expression)
          return (event) => holds(event)
        }
        case 'list':
        case 'call':
          throw new CelRefusal(
            expression,
            'is no value of an event',
            'compare fields: properties.total > 10 && channel == "web"',
          )
        default:
          return expression satisfies never
      }
    },
  }
  return compiler
}

const isNull = (expression: Expression): boolean =>
  expression.kind === 'literal' && expression.value === null

function compare({ op, left, right }: Kind<'compare'>, compiler: Compiler): EventPredicate {
  if (isNull(left) || isNull(right)) {
    const value = compiler.value(isNull(left) ? right : left)
    if (op === '==') return (event) => value(event) === null
    if (op === '!=') return (event) => value(event) !== null
    return () => false
  }
  const holds = comparisons[op]
  const leftValue = compiler.value(left)
  const rightValue = compiler.value(right)
  return (event) => {
    const a = leftValue(event)
    const b = rightValue(event)
    return a !== null && b !== null && holds(a, b)
  }
}

function membership({ item, list }: Kind<'in'>, compiler: Compiler): EventPredicate {
  if (list.kind !== 'list')
    throw new CelRefusal(list, '`in` needs a list here', 'write it out: x in ["a", "b"]')
  const members = new Set(list.items.map(plainLiteral))
  const value = compiler.value(item)
  return (event) => {
    const found = value(event)
    return found !== null && members.has(found)
  }
}

function call(expression: Kind<'call'>, compiler: Compiler): EventPredicate {
  const [first, second] = expression.args
  if (expression.name === 'has' && first !== undefined) {
    const value = compiler.value(first)
    return (event) => value(event) !== null
  }
  const test = textTests.get(expression.name)
  if (test === undefined || first === undefined || second === undefined)
    throw new CelRefusal(
      expression,
      `${expression.name}() is not for conditions on events`,
      'has, startsWith, endsWith and contains are',
    )
  const text = compiler.value(first)
  const part = compiler.value(second)
  return (event) => {
    const a = text(event)
    const b = part(event)
    return typeof a === 'string' && typeof b === 'string' && test(a, b)
  }
}

function arithmeticValue({ op, left, right }: Kind<'arithmetic'>, compiler: Compiler): ValueOf {
  const combine = arithmetic[op]
  const leftValue = compiler.value(left)
  const rightValue = compiler.value(right)
  return (event) => {
    const a = leftValue(event)
    const b = rightValue(event)
    if (typeof a !== 'number' || typeof b !== 'number') return null
    const value = combine(a, b)
    return Number.isFinite(value) ? value : null
  }
}

function eventPath(expression: Kind<'name'>): EventPath {
  const [root = '', ...names] = expression.names
  if (root === 'type' || root === 'channel' || root === 'source') return { root, names: [] }
  if ((root === 'properties' || root === 'traits') && names.length > 0) return { root, names }
  throw new CelRefusal(
    expression,
    `${expression.names.join('.')} is no field of an event`,
    'type, channel, source, properties.x and traits.x are',
  )
}
