import type { EpochMs } from '../../event/ids.ts'

/** A value that holds from a moment on. */
export interface Step {
  readonly from: EpochMs
  /** null: nothing can be said. */
  readonly value: number | string | null
  /** Money as exact text with four digits after the point; null: no money. */
  readonly decimal: string | null
}

/** The step in force at `at`; before the first one, the first: nothing older is known. */
export function stepAt(steps: readonly Step[], at: number): Step | undefined {
  let found = steps[0]
  for (const step of steps) {
    if (step.from > at) break
    found = step
  }
  return found
}

/** First moment after `at` from which another value holds; Infinity: never. */
export function nextStepAfter(steps: readonly Step[], at: number): number {
  const held = stepAt(steps, at)
  for (const step of steps) if (step.from > at && step.value !== held?.value) return step.from
  return Infinity
}
