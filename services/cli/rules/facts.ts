/** What ClickHouse and the definitions topic say of the segments of a file, before anything is judged. Numbers of people are as they are. */
export interface RuleFacts {
  /** Groups of fewer people are not told. */
  readonly least: number
  /** Profiles that there are. */
  readonly population: number
  readonly segments: ReadonlyMap<string, SegmentFacts>
  /** Members in both, of every two that share any; the first name comes first in the alphabet. */
  readonly shared: readonly Shared[]
  /** Oldest transition that is still kept; null: none. */
  readonly keptSince: string | null
}

export interface SegmentFacts {
  readonly members: number
  /** Last entry of anybody, whether still a member or not; null: nobody ever entered. */
  readonly lastEntry: string | null
  /** Who ever entered, so far as they are still stored. */
  readonly everEntered: number
  /** Hashes of the rules that decided the present memberships. */
  readonly ruleHashes: readonly string[]
  readonly entries: number
  readonly exits: number
  /** Per week since the start of the time looked at, oldest first. */
  readonly weeks: readonly Week[]
}

export interface Week {
  /** ISO 8601, its first moment. */
  readonly from: string
  readonly entries: number
  readonly exits: number
}

export interface Shared {
  readonly a: string
  readonly b: string
  readonly members: number
}

/** How the values of one feature or trait differ between the members of a segment and everybody else. */
export interface Difference {
  readonly name: string
  /** `cliffs_delta`: of values that have an order; `cohens_h`: of the share that has one value, the most different one. */
  readonly measure: 'cliffs_delta' | 'cohens_h'
  /** Below zero: lower, or rarer, among members. */
  readonly effect: number
  /** Of a share: the value. */
  readonly value: string | null
  /** Whether the rules of the segment read it. */
  readonly read: boolean
}

/** Differences of one segment from the population; null: too few to compare. */
export type Differences = readonly Difference[] | null

/** How many profiles of a group the rule of an earlier segment takes from a later one. */
export interface Override {
  readonly winner: string
  readonly loser: string
  /** Profiles in the sample that both want. */
  readonly touched: number
}

export interface Overrides {
  /** Profiles that were looked at, and all that there are: equal for an exact count. */
  readonly sample: number
  readonly population: number
  readonly overrides: readonly Override[]
  /** Segments whose rules can't be answered from stored rows, and why. */
  readonly untold: ReadonlyMap<string, string>
}

/** What a success metric was for people who entered, and for others. */
export interface MetricFacts {
  /** Entries whose window is over, and how many of them were looked at. */
  readonly entries: number
  readonly after: Mean
  readonly before: Mean
  /** Of after − before, entry by entry. */
  readonly change: Mean
  /** People who were not members at any time, over windows at moments drawn from those of the entries. */
  readonly others: number
  readonly elsewhere: Mean
}

export interface Mean {
  readonly mean: number
  /** Standard error of the mean. */
  readonly error: number
}

/** When the rule of a segment last became what it is. */
export interface RuleChange {
  readonly version: number
  readonly at: string
  readonly by: string
}
