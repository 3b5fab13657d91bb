import type { Change } from '../../services/drift/core/watch/cause.ts'
import type { Answers } from './answers.ts'
import type { Deed } from './people-days.ts'

/** What is done to a world in which otherwise nothing changes. What is left out stays as it is. */
export interface Disturbance {
  readonly deeds?: (deeds: readonly Deed[]) => readonly Deed[]
  /** Of one feature, everybody's. */
  readonly values?: (feature: string, values: Float64Array) => Float64Array
  readonly answers?: (answers: Answers) => Answers
  /** So many times as many links merge. */
  readonly merges?: number
  /** How long records waited at the pipeline itself, milliseconds. */
  readonly waits?: number
  /** Of a segment's rule: so many times what it asked for. */
  readonly asks?: ReadonlyMap<string, number>
  /** What the service finds written down of it. */
  readonly changes?: (day: number) => readonly Change[]
}

export const undisturbed: Disturbance = {}
