/** A statement of `rules`, `review` or `lint --live` that takes longer is given up, and its error says so. */
export const secondsMax = 120
/** Profiles of each side that a comparison of members with others looks at: an effect of 0.05 is told from none. */
export const comparedMax = 10_000
/** Profiles whose rules are asked who would take them. */
export const overriddenMax = 20_000
/** Entries, and as many other people, over which a success metric is measured. */
export const measuredMax = 10_000
/** Values of one text that are compared: the most frequent ones. */
export const labelsMax = 20
