import type { CelProblem } from '../cel/expression.ts'
import { CelRefusal, type Expression } from '../cel/expression.ts'
import { didYouMean } from '../../spelling/did-you-mean.ts'
import {
  type FeatureKind,
  type FeatureShape,
  type FoldedKind,
  isDerived,
  shapeOfKind,
} from '../feature-kinds.ts'
import type { FeatureDefinition } from '../schema.ts'
import { durationMs } from '../schema-parts.ts'
import { compileFormula, type Formula, formulaOf, type Input } from './formula.ts'

/** Fields by which a derived feature names what it reads. */
export type ReadingField =
  | 'numerator'
  | 'denominator'
  | 'formula'
  | 'of'
  | 'recency'
  | 'frequency'
  | 'monetary'

export interface DerivedProblem {
  readonly field: ReadingField
  readonly message: string
  readonly hint: string | null
  /** Inside of a formula's text. */
  readonly offset?: number
}

/** A feature of the file with what follows from those that it reads. */
export interface Analysed {
  readonly feature: FeatureDefinition
  readonly kind: FeatureKind
  readonly shape: FeatureShape
  readonly halfLifeMs: number | null
  /** The features that it reads itself, in the order of its fields. */
  readonly reads: readonly string[]
  /** Of a ratio and an expression. */
  readonly formula: Formula | null
  readonly problems: readonly DerivedProblem[]
  /** Features that are read for it, those counted again that several of them read. */
  readonly readings: number
}

/** More than anybody means, and few enough that a row takes no longer for it: each profile's row and each rule reads them all. */
export const readingsMax = 200

/** All features by name, each with what it is derived of; a mistake is a problem of its feature, never thrown. */
export function analyseFeatures(
  features: readonly FeatureDefinition[],
): ReadonlyMap<string, Analysed> {
  const byName = new Map(features.map((feature) => [feature.name, feature]))
  const done = new Map<string, Analysed>()
  const underWay = new Set<string>()

  function analysed(feature: FeatureDefinition): Analysed {
    const known = done.get(feature.name)
    if (known !== undefined) return known
    underWay.add(feature.name)
    const result = isDerived(feature.kind)
      ? counted(derived(feature))
      : folded(feature, feature.kind)
    underWay.delete(feature.name)
    done.set(feature.name, result)
    return result
  }

  function counted(one: Analysed): Analysed {
    let readings = 1
    for (const name of one.reads) readings += done.get(name)?.readings ?? 1
    if (readings <= readingsMax) return { ...one, readings }
    const field = fieldOf(one.kind)
    return {
      ...one,
      reads: [],
      formula: null,
      problems: [...one.problems, { field, message: tooDeep(one.feature.name), hint: null }],
    }
  }

  function derived(feature: FeatureDefinition): Analysed {
    const problems: DerivedProblem[] = []
    /** What may be read by this feature: everything but what reads it in turn. */
    const input = (name: string, field: ReadingField): Analysed | null => {
      const found = byName.get(name)
      if (found === undefined)
        problems.push({
          field,
          message: `${name} is no feature`,
          hint: didYouMean(name, byName.keys()),
        })
      else if (underWay.size > readingsMax)
        problems.push({ field, message: tooDeep(feature.name), hint: null })
      else if (underWay.has(name))
        problems.push({
          field,
          message:
            name === feature.name
              ? `${name} is derived of itself`
              : `${feature.name} and ${name} are derived of each other`,
          hint: 'derive one of them of events',
        })
      else return analysed(found)
      return null
    }
    const wanted = (
      field: Exclude<ReadingField, 'formula'>,
      fits: (input: Analysed) => boolean,
      hint: string,
    ): Analysed | null => {
      const name = feature[field]
      if (name === undefined) return null
      const found = input(name, field)
      if (found === null || fits(found)) return found
      problems.push({ field, message: `${name} is a ${found.kind}, which does not fit here`, hint })
      return null
    }
    const isNumber = ({ kind, shape }: Analysed): boolean =>
      (shape === 'plain' || shape === 'steps') && kind !== 'rfm'
    const result = (rest: Partial<Analysed>): Analysed => ({
      feature,
      kind: feature.kind,
      shape: 'plain',
      halfLifeMs: null,
      reads: [],
      formula: null,
      problems,
      readings: 1,
      ...rest,
    })
    switch (feature.kind) {
      case 'affinity': {
        const of = wanted('of', ({ kind }) => kind === 'decayed_topk', 'name a decayed_topk')
        return result({ shape: 'shares', reads: of === null ? [] : [of.feature.name] })
      }
      case 'rfm': {
        const parts = [
          wanted('recency', ({ shape }) => shape === 'instant', 'name a last_seen'),
          wanted('frequency', isNumber, 'name a count or a window_count'),
          wanted('monetary', isNumber, 'name a sum or a window_sum'),
        ]
        return result({
          shape: 'steps',
          reads: parts.flatMap((part) => (part === null ? [] : [part.feature.name])),
        })
      }
      case 'ratio': {
        const inputs = new Map<string, Input>()
        for (const field of ['numerator', 'denominator'] as const) {
          const found = wanted(field, () => true, '')
          if (found !== null) inputs.set(found.feature.name, found)
        }
        const { numerator, denominator } = feature
        if (problems.length > 0 || numerator === undefined || denominator === undefined)
          return result({})
        return withFormula('numerator', () => formulaOf(quotient(numerator, denominator), inputs))
      }
      default: {
        const inputs = new Map<string, Input>()
        // Only what the text names: others may be derived of this one.
        const words = new Set(feature.formula?.match(/[a-z_][a-z0-9_]*/g) ?? [])
        for (const name of words) {
          if (!byName.has(name)) continue
          const found = input(name, 'formula')
          if (found !== null) inputs.set(name, found)
        }
        if (problems.length > 0 || feature.formula === undefined) return result({})
        const outcome = compileFormula(feature.formula, inputs)
        if (outcome.ok) return formulaResult(outcome.value)
        problems.push(problemOf('formula', outcome.problem, byName.keys()))
        return result({})
      }
    }

    function formulaResult(formula: Formula): Analysed {
      const { halfLifeMs, reads, shape } = formula
      return result({ formula, halfLifeMs, reads, shape })
    }

    function withFormula(field: ReadingField, compile: () => Formula): Analysed {
      try {
        return formulaResult(compile())
      } catch (error) {
        if (!(error instanceof CelRefusal)) throw error
        const { hint, message } = error.problem
        problems.push({ field, message, hint })
        return result({})
      }
    }
  }

  for (const feature of features) analysed(feature)
  return done
}

const folded = (feature: FeatureDefinition, kind: FoldedKind): Analysed => ({
  feature,
  kind,
  shape: shapeOfKind(kind, feature.half_life !== undefined),
  halfLifeMs: feature.half_life === undefined ? null : durationMs(feature.half_life),
  reads: [],
  formula: null,
  problems: [],
  readings: 1,
})

const tooDeep = (name: string): string =>
  `${name} is derived of features that are derived of others, more than ${readingsMax} in all`

function fieldOf(kind: FeatureKind): ReadingField {
  if (kind === 'ratio') return 'numerator'
  if (kind === 'affinity') return 'of'
  return kind === 'rfm' ? 'recency' : 'formula'
}

const named = (text: string): Expression => ({ kind: 'name', names: [text], offset: 0 })

const quotient = (numerator: string, denominator: string): Expression => ({
  kind: 'arithmetic',
  op: '/',
  left: named(numerator),
  right: named(denominator),
  offset: 0,
})

function problemOf(
  field: ReadingField,
  { hint, message, offset }: CelProblem,
  names: Iterable<string>,
): DerivedProblem {
  const unknown = /^(?:Unknown variable|No such key): (\S+)$/.exec(message)?.[1]
  return unknown === undefined
    ? { field, message, hint, offset }
    : { field, message: `${unknown} is no feature`, hint: didYouMean(unknown, names), offset }
}

/** The features with a state of their own that a feature rests on, in the order in which it comes to them; itself for one that has a state. */
export function foldedReads(
  name: string,
  analysed: ReadonlyMap<string, Analysed>,
): readonly string[] {
  const found = new Set<string>()
  const visit = (each: string): void => {
    const one = analysed.get(each)
    if (one === undefined) return
    if (isDerived(one.kind)) one.reads.forEach(visit)
    else found.add(each)
  }
  visit(name)
  return [...found]
}
