import type { Verdict } from '../../compiled.ts'

/** Which verdicts a part of a rule can still have. */
export type Verdicts = number
export const yes: Verdicts = 1
export const no: Verdicts = 2
export const unknown: Verdicts = 4
export const anything: Verdicts = yes | no | unknown

export const verdictsOf = (verdict: Verdict): Verdicts =>
  verdict === 'unknown' ? unknown : verdict ? yes : no

/** A rule, or a question about rules, over numbered leaves: the comparisons and tests that its logic joins. */
export type Formula =
  | { readonly kind: 'leaf'; readonly leaf: number }
  | { readonly kind: 'and' | 'or'; readonly left: Formula; readonly right: Formula }
  | { readonly kind: 'not'; readonly of: Formula }
  | { readonly kind: 'choice'; readonly test: Formula; readonly yes: Formula; readonly no: Formula }
  /** Two-valued: whether the verdict is one of `wanted`. How a question asks. */
  | { readonly kind: 'is'; readonly of: Formula; readonly wanted: Verdicts }

export const both = (left: Formula, right: Formula): Formula => ({ kind: 'and', left, right })
export const either = (left: Formula, right: Formula): Formula => ({ kind: 'or', left, right })
export const negated = (of: Formula): Formula => ({ kind: 'not', of })
export const holds = (of: Formula): Formula => ({ kind: 'is', of, wanted: yes })
export const fails = (of: Formula): Formula => ({ kind: 'is', of, wanted: no })

const isSingle = (verdicts: Verdicts): boolean => (verdicts & (verdicts - 1)) === 0

/** Three-valued logic over sets of verdicts: what it gives contains every verdict that the formula can have. */
export function verdictsOfFormula(formula: Formula, ofLeaf: (leaf: number) => Verdicts): Verdicts {
  switch (formula.kind) {
    case 'leaf':
      return ofLeaf(formula.leaf)
    case 'and':
      return settledBy(no, formula, ofLeaf)
    case 'or':
      return settledBy(yes, formula, ofLeaf)
    case 'not': {
      const of = verdictsOfFormula(formula.of, ofLeaf)
      return (of & unknown) | (of & yes ? no : 0) | (of & no ? yes : 0)
    }
    case 'choice': {
      const test = verdictsOfFormula(formula.test, ofLeaf)
      return (
        (test & unknown) |
        (test & yes ? verdictsOfFormula(formula.yes, ofLeaf) : 0) |
        (test & no ? verdictsOfFormula(formula.no, ofLeaf) : 0)
      )
    }
    case 'is': {
      const of = verdictsOfFormula(formula.of, ofLeaf)
      return (of & formula.wanted ? yes : 0) | (of & ~formula.wanted ? no : 0)
    }
    default:
      return formula satisfies never
  }
}

function settledBy(
  settling: Verdicts,
  { left, right }: { readonly left: Formula; readonly right: Formula },
  ofLeaf: (leaf: number) => Verdicts,
): Verdicts {
  const a = verdictsOfFormula(left, ofLeaf)
  if (a === settling) return settling
  const b = verdictsOfFormula(right, ofLeaf)
  const other = settling === yes ? no : yes
  return (
    ((a | b) & settling) |
    (a & unknown && b & (unknown | other) ? unknown : 0) |
    (b & unknown && a & (unknown | other) ? unknown : 0) |
    (a & other && b & other ? other : 0)
  )
}

/** A leaf that `accepts` takes, whose verdict is open and that the formula's verdict may hang on; undefined: there is none. */
export function openLeaf(
  formula: Formula,
  ofLeaf: (leaf: number) => Verdicts,
  accepts: (leaf: number) => boolean,
): number | undefined {
  if (isSingle(verdictsOfFormula(formula, ofLeaf))) return undefined
  const first = (...parts: readonly Formula[]): number | undefined => {
    for (const part of parts) {
      const found = openLeaf(part, ofLeaf, accepts)
      if (found !== undefined) return found
    }
    return undefined
  }
  switch (formula.kind) {
    case 'leaf':
      return accepts(formula.leaf) ? formula.leaf : undefined
    case 'and':
    case 'or':
      return first(formula.left, formula.right)
    case 'not':
    case 'is':
      return first(formula.of)
    case 'choice':
      return first(formula.test, formula.yes, formula.no)
    default:
      return formula satisfies never
  }
}

/** Numbers of the leaves in it. */
export function leavesOf(formula: Formula): ReadonlySet<number> {
  const found = new Set<number>()
  const visit = (part: Formula): void => {
    switch (part.kind) {
      case 'leaf':
        found.add(part.leaf)
        break
      case 'and':
      case 'or':
        visit(part.left)
        visit(part.right)
        break
      case 'not':
      case 'is':
        visit(part.of)
        break
      case 'choice':
        visit(part.test)
        visit(part.yes)
        visit(part.no)
        break
      default:
        part satisfies never
    }
  }
  visit(formula)
  return found
}
