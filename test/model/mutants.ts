/**
 * Ways to break the product on purpose, as wrappers around its ports (`mutate.ts`): the simulation must find each. None of them is a
 * switch in the product.
 */
export const mutants = [
  // The flush of an owner of profiles.
  'step 1 is not awaited',
  'step 2 is skipped now and then',
  'step 3 is skipped',
  'step 3 comes before step 1',
  'a Member is dropped',
  'a Leave is dropped',
  'a Link is dropped',
  'a flush for one target is split',
  'a send is reordered',
  'marks are forgotten',
  'event ids are forgotten',
  'an erasure is forgotten',
  'answers outlive an erasure',
  'answers stay at home',
  'a tie grants',
  'a withdrawn value stays in its row',
  'an expiry is forgotten',
  'no Expire is sent',
  'rows are versioned without the index',
  'the Tick is never sent',
  // The channels.
  'positions without the index',
  'the offset is committed early',
  'the offset is committed one too far',
  'a dead letter is dropped',
  'a refusal is lost',
  'a waiting partition is never resumed',
  // The linker.
  'an Assign is dropped',
  'an Erase is dropped',
  'tombstones are dropped',
  'the linker commits early',
  'what is split off is not told',
  'a split that is lifted still stands',
  'a link revives who expired',
] as const

/** Ways to break a rebuild, as wrappers around its ports (`rebuild/mutate.ts`). */
export const rebuildMutants = [
  'the tail of the old log is skipped',
  'the old generation is not waited for',
  'a slice is not waited for',
  'the new generation says that it serves from the start',
  'the new generation is never told that it serves',
  'links of fed events are said again',
  'erasures are not told',
  'events lose the place that they were read from',
  'fed events carry the time of now',
  'links are fed in another order',
  'the tail goes under its raw origin',
  'the last links are left out',
  'homes keep to their own time while they are built',
] as const

export type RebuildMutant = (typeof rebuildMutants)[number]
export type Mutant = (typeof mutants)[number] | RebuildMutant

export const isMutant = (text: string): text is Mutant =>
  ([...mutants, ...rebuildMutants] as readonly string[]).includes(text)
