import type { Snapshot } from '../store/snapshot.ts'
import type { Change } from '../watch/cause.ts'
import { type ReferenceName, referenceNames, type Signal } from '../watch/signal.ts'
import { type Figures, figuresOf } from './figures.ts'
import type { Past } from './references.ts'
import { comparable, histogramOf, signalsOf } from './signals.ts'
import { meaningChanges } from './surroundings.ts'

/** What a window's snapshot says beside those before it: all of the past that the rest of a run looks at. */
export interface Compared {
  readonly signals: readonly Signal[]
  /** Of what the pipeline file says of it. */
  readonly changes: readonly Change[]
  /** Only those that have windows. */
  readonly references: ReadonlyMap<ReferenceName, Against>
}

export interface Against {
  readonly figures: Figures
  /** Of its windows that were counted in the same bins. */
  readonly counts: readonly number[]
  /** Windows that alerts have left out. */
  readonly leftOut: number
}

export const comparedOf = (one: Snapshot, past: Past, windowMs: number): Compared => ({
  signals: signalsOf(one, past, windowMs),
  changes: meaningChanges(one, past.recent),
  references: new Map(
    referenceNames
      .filter((name) => past[name].length > 0)
      .map((name): [ReferenceName, Against] => [
        name,
        {
          figures: figuresOf(one, past[name]),
          counts: histogramOf(comparable(one, past[name]), one.edgesId).counts,
          leftOut: past.leftOut[name],
        },
      ]),
  ),
})
