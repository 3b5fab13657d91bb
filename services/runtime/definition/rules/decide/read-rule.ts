import { comparisons, mirrored, textTests } from '../../cel/compare.ts'
import { compileCel } from '../../cel/compile-cel.ts'
import type { Expression } from '../../cel/expression.ts'
import { printExpression } from '../../cel/print-expression.ts'
import type { ProfileReader } from '../../compiled.ts'
import { condition } from '../compile-rule.ts'
import type { RuleNames } from '../names.ts'
import type { Operand } from '../operand.ts'
import { createOperands } from '../operands.ts'
import { keysMax } from './cells.ts'
import { zero } from './differences.ts'
import { type Domains, isWhole } from './domain.ts'
import { type Formula, verdictsOf } from './formula.ts'
import type { Leaf } from './leaves.ts'

type Kind<K extends Expression['kind']> = Extract<Expression, { kind: K }>

interface OwnMarks {
  readonly numbers: Set<number>
  readonly texts: Set<string>
  readonly parts: Set<string>
  readonly sizes: Set<number>
}

/** Reads rules into formulas over shared leaves, and collects what each variable is compared with. */
export interface RuleReader {
  readonly leaves: readonly Leaf[]
  readonly marks: ReadonlyMap<string, OwnMarks>
  /** null: no valid rule. */
  read(source: string): Formula | null
}

const nobody: ProfileReader = {
  feature: () => ({ kind: 'absent' }),
  trait: () => ({ kind: 'absent' }),
}

/** Twelve digits are what rules see of a number: a threshold that arithmetic moved is looked at with its neighbours. */
const neighbours = (value: number): readonly number[] => {
  if (value === 0 || !Number.isFinite(value)) return [0]
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 11)
  const near = Number(value.toPrecision(12))
  const last = Math.abs(value) * Number.EPSILON
  return [value, value - last, value + last, near, near - step, near + step]
}

/** Names that stand in an expression. */
function namesIn(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'name':
      return [expression]
    case 'literal':
      return []
    case 'logic':
    case 'compare':
    case 'arithmetic':
      return [...namesIn(expression.left), ...namesIn(expression.right)]
    case 'not':
      return namesIn(expression.of)
    case 'choice':
      return [expression.test, expression.yes, expression.no].flatMap(namesIn)
    case 'in':
      return [...namesIn(expression.item), ...namesIn(expression.list)]
    case 'list':
      return expression.items.flatMap(namesIn)
    case 'call':
      return expression.args.flatMap(namesIn)
    default:
      return expression satisfies never
  }
}

const opaque = (expression: Expression): Leaf => ({
  kind: 'opaque',
  text: printExpression(expression),
})

const moves = ({ kind }: Operand): boolean => kind === 'age' || kind === 'now'

interface Moment {
  readonly variable: string | null
  readonly node: string
  readonly ms: number
}

const now: Moment = { variable: null, node: 'now', ms: 0 }

const fixedBetween = (expression: Kind<'compare'>, distance: number): Leaf => ({
  kind: 'fixed',
  text: printExpression(expression),
  verdicts: verdictsOf(comparisons[expression.op](distance, 0)),
})

export function createRuleReader(names: RuleNames, domains: Domains): RuleReader {
  const leaves: Leaf[] = []
  const numberOf = new Map<string, number>()
  const marks = new Map<string, OwnMarks>()

  const marksOf = (variable: string): OwnMarks => {
    const known = marks.get(variable)
    if (known !== undefined) return known
    const made = {
      numbers: new Set<number>(),
      texts: new Set<string>(),
      parts: new Set<string>(),
      sizes: new Set<number>(),
    }
    marks.set(variable, made)
    return made
  }

  function variableOf(expression: Expression): string | undefined {
    if (expression.kind !== 'name') return undefined
    const [root = '', field] = expression.names
    const name = root === 'features' && field !== undefined ? field : root
    const variable =
      root === 'traits' && field !== undefined ? `traits.${field}` : `features.${name}`
    return domains.has(variable) ? variable : undefined
  }

  /** What a part of a comparison means, and which variables stand in it: a derived one for itself, whatever it is made of. */
  function understood(expression: Expression): { operand: Operand; reads: readonly string[] } {
    const operand = createOperands(names).of(expression)
    return {
      operand,
      reads: [...new Set(namesIn(expression).flatMap((name) => variableOf(name) ?? []))],
    }
  }

  const single = (expression: Expression, variable: string, parts = false): Leaf => ({
    kind: 'single',
    text: printExpression(expression),
    variable,
    condition: condition(expression, createOperands(names)),
    parts,
  })

  function fixed(expression: Expression): Leaf {
    const says = condition(expression, createOperands(names))
    const verdict = says({ profile: nobody, at: 0, until: Infinity })
    return { kind: 'fixed', text: printExpression(expression), verdicts: verdictsOf(verdict) }
  }

  function compare(expression: Kind<'compare'>): Leaf {
    const left = understood(expression.left)
    const right = understood(expression.right)
    const isOfTime = [left, right].some(
      ({ operand: { kind } }) => kind === 'age' || kind === 'now' || kind === 'instant',
    )
    const variables = [...new Set([...left.reads, ...right.reads])]
    if (isOfTime) return ofTime(expression, left.operand, right.operand) ?? opaque(expression)
    const [variable] = variables
    if (variable === undefined) return fixed(expression)
    if (variables.length > 1) return ofTwo(expression)
    const isLeft = right.reads.length === 0
    if (!isLeft && left.reads.length > 0) return opaque(expression)
    const moved = isLeft ? expression.left : expression.right
    const against = isLeft ? right.operand : left.operand
    if (against.kind !== 'steady') return opaque(expression)
    const value = against.read({ profile: nobody, at: 0, until: Infinity })
    if (value === undefined) return fixed(expression)
    return mark(moved, variable, value) ? single(expression, variable) : opaque(expression)
  }

  /** Notes where the verdict may turn; false: that is not known. */
  function mark(moved: Expression, variable: string, value: string | number | boolean): boolean {
    const own = marksOf(variable)
    const domain = domains.get(variable)
    if (moved.kind === 'call') {
      if (domain?.sort !== 'keys') return false
      if (moved.name === 'top' && typeof value === 'string') return noteKey(own, value)
      if (moved.name === 'size' && typeof value === 'number') own.sizes.add(Math.round(value))
      return true
    }
    if (moved.kind === 'name') {
      if (typeof value === 'number') own.numbers.add(value)
      if (typeof value === 'string') own.texts.add(value)
      return true
    }
    if (typeof value !== 'number') return true
    const threshold = solve(moved, value)
    if (threshold === undefined) return false
    for (const near of neighbours(threshold)) own.numbers.add(near)
    return true
  }

  function noteKey(own: OwnMarks, key: string): boolean {
    if (!own.texts.has(key) && own.texts.size >= keysMax) return false
    own.texts.add(key)
    return true
  }

  /** Where a linear function of one variable meets a value; undefined: not linear. */
  function solve(expression: Expression, value: number): number | undefined {
    if (expression.kind === 'name') return value
    if (expression.kind !== 'arithmetic') return undefined
    const { left, op, right } = expression
    const constantRight = constantOf(right)
    const constantLeft = constantOf(left)
    if (constantRight !== undefined) {
      if (op === '+') return solve(left, value - constantRight)
      if (op === '-') return solve(left, value + constantRight)
      if (constantRight === 0) return undefined
      return solve(left, op === '*' ? value / constantRight : value * constantRight)
    }
    if (constantLeft === undefined) return undefined
    if (op === '+') return solve(right, value - constantLeft)
    if (op === '-') return solve(right, constantLeft - value)
    return op === '*' && constantLeft !== 0 ? solve(right, value / constantLeft) : undefined
  }

  function constantOf(expression: Expression): number | undefined {
    const { operand, reads } = understood(expression)
    if (reads.length > 0 || operand.kind !== 'steady') return undefined
    const value = operand.read({ profile: nobody, at: 0, until: Infinity })
    return typeof value === 'number' ? value : undefined
  }

  /** Two numbers as they stand, one against the other. */
  function ofTwo(expression: Kind<'compare'>): Leaf {
    const left = variableOf(expression.left)
    const right = variableOf(expression.right)
    if (left === undefined || right === undefined) return opaque(expression)
    const variables = [left, right]
    const own = variables.flatMap((name) => domains.get(name) ?? [])
    if (!own.every(({ sort }) => sort === 'number')) return opaque(expression)
    const whole = own.every(isWhole)
    return difference(expression, { variables, left, right, constant: 0, op: expression.op, whole })
  }

  const difference = (
    expression: Expression,
    rest: Pick<
      Extract<Leaf, { kind: 'difference' }>,
      'variables' | 'left' | 'right' | 'constant' | 'op'
    > & { readonly whole?: boolean; readonly floor?: boolean },
  ): Leaf => {
    for (const variable of rest.variables) marksOf(variable)
    return {
      kind: 'difference',
      text: printExpression(expression),
      whole: false,
      floor: false,
      ...rest,
    }
  }

  /** A moment: a variable, or a time of the file. */
  function momentOf(expression: Expression): Moment | undefined {
    const { operand, reads } = understood(expression)
    if (operand.kind !== 'instant') return undefined
    const variable = variableOf(expression)
    if (variable !== undefined) return { variable, node: variable, ms: 0 }
    if (reads.length > 0) return undefined
    const ms = operand.read({ profile: nobody, at: 0, until: Infinity })
    return ms === undefined ? undefined : { variable: null, node: zero, ms }
  }

  /** The moment whose age it is. */
  function agedMoment(expression: Expression): Moment | undefined {
    const moment =
      expression.kind === 'call' && expression.name === 'age'
        ? expression.args[0]
        : expression.kind === 'arithmetic'
          ? expression.right
          : undefined
    return moment === undefined ? undefined : momentOf(moment)
  }

  function ofTime(
    { left, op, right, ...at }: Kind<'compare'>,
    leftOperand: Operand,
    rightOperand: Operand,
  ): Leaf | undefined {
    const expression: Expression = { left, op, right, ...at }
    if (moves(rightOperand) && !moves(leftOperand))
      return ofTime(
        { ...at, left: right, op: mirrored[op], right: left },
        rightOperand,
        leftOperand,
      )
    if (leftOperand.kind === 'age') {
      const moment = agedMoment(left)
      if (moment === undefined || rightOperand.kind !== 'duration') return undefined
      return apart(expression, now, moment, rightOperand.ms, true)
    }
    const second = momentOf(right)
    if (second === undefined) return undefined
    const first = leftOperand.kind === 'now' ? now : momentOf(left)
    return first === undefined ? undefined : apart(expression, first, second, 0, false)
  }

  function apart(
    expression: Kind<'compare'>,
    first: Moment,
    second: Moment,
    ms: number,
    floor: boolean,
  ): Leaf {
    if (first.node === second.node && first.variable === null)
      return fixedBetween(expression, first.ms - second.ms - ms)
    return difference(expression, {
      variables: [first, second].flatMap(({ variable }) => variable ?? []),
      left: first.node,
      right: second.node,
      constant: ms + second.ms - first.ms,
      op: expression.op,
      whole: true,
      floor,
    })
  }

  function membership(expression: Kind<'in'>): Leaf {
    const { item, list } = expression
    const among = variableOf(list)
    if (list.kind === 'list') {
      const variable = variableOf(item)
      if (variable === undefined)
        return understood(item).reads.length === 0 ? fixed(expression) : opaque(expression)
      for (const each of list.items) {
        if (each.kind !== 'literal' || each.value === null) return opaque(expression)
        mark(item, variable, each.value)
      }
      return single(expression, variable)
    }
    if (among === undefined || item.kind !== 'literal' || typeof item.value !== 'string')
      return opaque(expression)
    return noteKey(marksOf(among), item.value) ? single(expression, among) : opaque(expression)
  }

  function call(expression: Kind<'call'>): Leaf {
    const [first, second] = expression.args
    const variable = first === undefined ? undefined : variableOf(first)
    if (expression.name === 'has' && variable !== undefined) {
      marksOf(variable)
      return single(expression, variable)
    }
    if (
      textTests.has(expression.name) &&
      variable !== undefined &&
      second?.kind === 'literal' &&
      typeof second.value === 'string'
    ) {
      marksOf(variable).parts.add(second.value)
      return single(expression, variable, true)
    }
    return opaque(expression)
  }

  function leafOf(expression: Expression): Leaf {
    switch (expression.kind) {
      case 'compare':
        return compare(expression)
      case 'in':
        return membership(expression)
      case 'call':
        return call(expression)
      case 'name': {
        const variable = variableOf(expression)
        if (variable === undefined) return opaque(expression)
        marksOf(variable)
        return single(expression, variable)
      }
      case 'literal':
        return fixed(expression)
      case 'logic':
      case 'not':
      case 'choice':
      case 'list':
      case 'arithmetic':
        return opaque(expression)
      default:
        return expression satisfies never
    }
  }

  function formula(expression: Expression): Formula {
    switch (expression.kind) {
      case 'logic':
        return {
          kind: expression.op === '&&' ? 'and' : 'or',
          left: formula(expression.left),
          right: formula(expression.right),
        }
      case 'not':
        return { kind: 'not', of: formula(expression.of) }
      case 'choice':
        return {
          kind: 'choice',
          test: formula(expression.test),
          yes: formula(expression.yes),
          no: formula(expression.no),
        }
      case 'compare':
      case 'in':
      case 'call':
      case 'name':
      case 'literal':
      case 'list':
      case 'arithmetic': {
        const text = printExpression(expression)
        const known = numberOf.get(text)
        if (known !== undefined) return { kind: 'leaf', leaf: known }
        const leaf = leaves.push(leafOf(expression)) - 1
        numberOf.set(text, leaf)
        return { kind: 'leaf', leaf }
      }
      default:
        return expression satisfies never
    }
  }

  return {
    leaves,
    marks,
    read(source) {
      const outcome = compileCel(names.environment, source, (expression) => {
        condition(expression, createOperands(names))
        return formula(expression)
      })
      return outcome.ok ? outcome.value : null
    },
  }
}
