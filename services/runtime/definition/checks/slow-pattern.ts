import { patternOf } from '../identity-policy.ts'
import { patternCost } from './pattern-cost.ts'

export interface SlowPattern {
  /** False: how long it can take is not known. */
  readonly isProven: boolean
  readonly message: string
  readonly hint: string
}

/** What is to be said of a topic or a value that is written as `/…/`; null: it is none, or bearable. */
export function slowPattern(text: string): SlowPattern | null {
  const pattern = patternOf(text)
  if (pattern === null) return null
  const cost = patternCost(pattern)
  switch (cost.kind) {
    case 'bearable':
      return null
    case 'explosive':
      return {
        isProven: true,
        message: `the time that ${text} takes ${cost.growth}: one record with ${cost.example} can stop a channel`,
        hint: 'repeat nothing that repeats or begins as what follows it: (a+)+ is a+, (\\w+-?)* is [\\w-]*, \\S+@\\S+ is [^\\s@]+@[^\\s@]+; a list of values needs no pattern',
      }
    case 'undecided':
      return {
        isProven: false,
        message: `how long ${text} can take is not decided`,
        hint: 'patterns without (?=…), (?!…), \\1 and counted groups can be decided',
      }
    default:
      return cost satisfies never
  }
}
