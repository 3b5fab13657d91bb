import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { compareEvidently } from '../../services/drift/core/compare/evidently.ts'
import type { Metrics } from '../../services/drift/core/compare/metrics.ts'
import { compareNannyml } from '../../services/drift/core/compare/nannyml.ts'
import {
  categoricalSample,
  numericSample,
  type Sample,
} from '../../services/drift/core/compare/sample.ts'
import { compareTributary } from '../../services/drift/core/compare/tributary.ts'
import { chiSquaredTest } from '../../services/drift/core/metrics/chi-squared.ts'
import { categoricalShapes, numericShapes } from './shapes.ts'

// What the libraries themselves said (README.md says how to ask them again). A convention of ours by a library's name gives its figures.

const golden = z.object({
  library: z.string(),
  version: z.string(),
  figures: z.record(z.string(), z.record(z.string(), z.number().nullable())),
})
const recorded = (library: string) =>
  golden.parse(JSON.parse(readFileSync(new URL(`golden/${library}.json`, import.meta.url), 'utf8')))
    .figures

interface Pair {
  readonly reference: Sample
  readonly current: Sample
}
const samples = new Map<string, () => Pair>()
for (const [name, make] of Object.entries(numericShapes))
  samples.set(`numeric.${name}`, () => {
    const { reference, current } = make()
    return { reference: numericSample(reference), current: numericSample(current) }
  })
for (const [name, make] of Object.entries(categoricalShapes))
  samples.set(`categorical.${name}`, () => {
    const { reference, current } = make()
    return { reference: categoricalSample(reference), current: categoricalSample(current) }
  })

/** Relative where figures are large, absolute where they are small. */
const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b))

type Figures = Readonly<Record<string, number | null>>

function differences(ours: Figures, theirs: Figures): readonly string[] {
  return Object.entries(theirs).flatMap(([metric, value]) => {
    const own = ours[metric] ?? null
    const same = own === null || value === null ? own === value : isNear(own, value)
    return same ? [] : [`${metric}: ${String(own)}, the library says ${String(value)}`]
  })
}

const figuresOf = (metrics: Metrics): Figures => ({ ...metrics })

/** Pearson's test of what is filled, as scipy is asked for it. */
function withoutNulls({ reference, current }: Pair): Figures {
  if (reference.kind !== 'categorical' || current.kind !== 'categorical') return {}
  const all = [...new Set([...reference.counts.keys(), ...current.counts.keys()])]
  const of = ({ counts }: { readonly counts: ReadonlyMap<string, number> }) =>
    all.map((name) => counts.get(name) ?? 0)
  const tested = chiSquaredTest(of(reference), of(current))
  return tested === null
    ? all.length === 1
      ? { chi2: 0, chi2_p: 1 }
      : {}
    : { chi2: tested.statistic, chi2_p: tested.p }
}

const conventions: readonly (readonly [library: string, ours: (pair: Pair) => Figures])[] = [
  ['evidently', ({ reference, current }) => figuresOf(compareEvidently(reference, current))],
  ['nannyml', ({ reference, current }) => figuresOf(compareNannyml(reference, current))],
  [
    'scipy',
    (pair) =>
      pair.reference.kind === 'numeric'
        ? figuresOf(compareTributary(pair.reference, pair.current).metrics)
        : withoutNulls(pair),
  ],
]

describe.each(conventions)('as %s has them', (library, ours) => {
  const figures = recorded(library)

  test('every shape was asked for', () => {
    expect(Object.keys(figures)).toEqual([...samples.keys()].toSorted())
  })

  test.each([...samples])('%s', (name, pair) => {
    expect(differences(ours(pair()), figures[name] ?? {})).toEqual([])
  })
})
