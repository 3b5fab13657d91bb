import type { Mode } from './faults.ts'
import { mutants, type Mutant, rebuildMutants } from './mutants.ts'
import { firstFailure } from './run-seed.ts'

/** Where each mutant was found last: the first seed of its mode that shows it. */
export interface Recorded {
  readonly mode: Mode
  readonly seed: number
}

/** Histories within which every mutant must be found. */
export const seedsMax = 1000

const safety = (seed: number): Recorded => ({ mode: 'safety', seed })
const liveness = (seed: number): Recorded => ({ mode: 'liveness', seed })
const rebuild = (seed: number): Recorded => ({ mode: 'rebuild', seed })

export const recorded: Readonly<Record<Mutant, Recorded>> = {
  'step 1 is not awaited': safety(2),
  'step 2 is skipped now and then': safety(4),
  'step 3 is skipped': safety(1),
  'step 3 comes before step 1': safety(11),
  'a Member is dropped': safety(1),
  'a Leave is dropped': safety(9),
  'a Link is dropped': safety(3),
  'a flush for one target is split': safety(6),
  'a send is reordered': safety(6),
  'marks are forgotten': safety(1),
  'event ids are forgotten': safety(1),
  'answers outlive an erasure': safety(22),
  'answers stay at home': safety(1),
  'a tie grants': safety(4),
  'a withdrawn value stays in its row': safety(8),
  'a refusal is lost': safety(1),
  'an Erase is dropped': safety(4),
  'tombstones are dropped': safety(3),
  'an erasure is forgotten': safety(7),
  'an expiry is forgotten': safety(8),
  'no Expire is sent': safety(8),
  'rows are versioned without the index': safety(4),
  'the Tick is never sent': liveness(10),
  'positions without the index': safety(4),
  'the offset is committed early': safety(2),
  'the offset is committed one too far': safety(1),
  'a dead letter is dropped': safety(2),
  'a waiting partition is never resumed': liveness(7),
  'an Assign is dropped': safety(5),
  'the linker commits early': safety(83),
  'what is split off is not told': safety(4),
  'a split that is lifted still stands': safety(9),
  'a link revives who expired': safety(14),
  'the tail of the old log is skipped': rebuild(2),
  'the old generation is not waited for': rebuild(2),
  'a slice is not waited for': rebuild(54),
  'the new generation says that it serves from the start': rebuild(1),
  'the new generation is never told that it serves': rebuild(1),
  'links of fed events are said again': rebuild(1),
  'erasures are not told': rebuild(7),
  'events lose the place that they were read from': rebuild(1),
  'fed events carry the time of now': rebuild(60),
  'links are fed in another order': rebuild(3),
  'the tail goes under its raw origin': rebuild(21),
  'the last links are left out': rebuild(2),
  'homes keep to their own time while they are built': rebuild(65),
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, n) => n + 1)

/** The first seed that shows a mutant; null: none up to `seedsMax` does. The recorded one is tried first, so that this is quick. */
export async function findSeed(mutant: Mutant): Promise<number | null> {
  const { mode, seed } = recorded[mutant]
  return firstFailure([seed, ...upTo(seedsMax)], mode, mutant)
}

export interface Found {
  readonly mutant: Mutant
  readonly mode: Mode
  /** null: it was not found. */
  readonly seed: number | null
}

/** For the page: the first seed of all that shows each mutant, whatever is recorded. */
export async function findSeeds(): Promise<readonly Found[]> {
  const found: Found[] = []
  for (const mutant of [...mutants, ...rebuildMutants]) {
    const { mode } = recorded[mutant]
    found.push({ mutant, mode, seed: await firstFailure(upTo(seedsMax), mode, mutant) })
  }
  return found
}
