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
  'rows are versioned without the index',
  'the Tick is never sent',
  // The channels.
  'positions without the index',
  'the offset is committed early',
  'the offset is committed one too far',
  'a dead letter is dropped',
  'a waiting partition is never resumed',
  // The linker.
  'an Assign is dropped',
  'the linker commits early',
] as const

export type Mutant = (typeof mutants)[number]

export const isMutant = (text: string): text is Mutant =>
  (mutants as readonly string[]).includes(text)
