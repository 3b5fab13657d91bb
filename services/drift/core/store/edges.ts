import { binsOf } from '../bins/numeric-bins.ts'
import type { Subject } from '../watch/signal.ts'

/** Frozen bins of one subject: a row of `drift_edges`. */
export type Edges = NumberEdges | LabelEdges

export interface NumberEdges {
  readonly kind: 'numeric'
  readonly edgesId: string
  readonly subject: Subject
  readonly edges: readonly number[]
  readonly zeros: boolean
}

export interface LabelEdges {
  readonly kind: 'categorical'
  readonly edgesId: string
  readonly subject: Subject
  readonly categories: readonly string[]
  readonly others: readonly string[]
}

/** The last of them is that of nulls. */
export const binsOfEdges = (edges: Edges): number =>
  edges.kind === 'numeric' ? binsOf(edges) : edges.categories.length + 3

/** Bins in words, in their order. */
export function binNames(edges: Edges): readonly string[] {
  if (edges.kind === 'categorical') return [...edges.categories, '(other)', '(new)', '(null)']
  const { edges: inner } = edges
  const between = Array.from({ length: inner.length + 1 }, (_, bin) => {
    const [low, high] = [inner[bin - 1], inner[bin]]
    if (low === undefined) return high === undefined ? 'any' : `below ${short(high)}`
    return high === undefined ? `from ${short(low)}` : `${short(low)} to ${short(high)}`
  })
  return [...between, ...(edges.zeros ? ['0'] : []), '(null)']
}

const short = (value: number): string => String(Number(value.toPrecision(4)))
