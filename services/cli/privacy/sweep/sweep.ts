import type { EpochMs } from '#runtime/event/ids.ts'
import { dayMs } from '../bound.ts'
import { copiesToRemove, readCopies, removeCopy, removeSetAside } from '../checkpoints.ts'
import type { Erasure } from '../erasures.ts'
import { destroyKeys } from '../keys/destroy-keys.ts'
import { deleteLetters, findLetters, type LettersFound } from '../letters/sweep-letters.ts'
import type { OpenPrivacy } from '../open-privacy.ts'
import { createMutations } from './mutations.ts'
import { type SweptDatabase, sweepDatabase } from './sweep-database.ts'

export interface Swept {
  readonly databases: readonly SweptDatabase[]
  /** null: not looked at. */
  readonly letters: LettersFound | null
  /** null: no directory is set here. */
  readonly checkpointsRemoved: number | null
  /** Data keys of erased lives that were there still. */
  readonly keysDestroyed: number
}

export interface SweepOptions {
  /** Opens dead letters to see whose they are: some hundred a second. */
  readonly letters: boolean
  /** How long `profile.log` is kept, milliseconds: a copy of a state that is older can't be started from. null: for ever. */
  readonly logKeptMs: number | null
  readonly now: EpochMs
}

const nothingFound: LettersFound = {
  read: 0,
  closed: 0,
  partly: 0,
  letters: 0,
  replays: 0,
  places: [],
}

/** Deletes what there is of erased lives, wherever this installation keeps something that can be deleted. */
export async function sweep(
  { checkpointDir, databases, identity, letters, say }: OpenPrivacy,
  erasures: readonly Erasure[],
  options: SweepOptions,
): Promise<Swept> {
  const mutate = createMutations(say)
  const swept: SweptDatabase[] = []
  for (const database of databases.all) swept.push(await sweepDatabase(database, erasures, mutate))
  const found =
    options.letters && erasures.length > 0
      ? await findLetters(databases.base, erasures, letters)
      : nothingFound
  await deleteLetters(databases.base, found, mutate)
  return {
    keysDestroyed: await destroyKeys(identity.kafka, identity.prefix, erasures),
    databases: swept,
    letters: options.letters ? found : null,
    checkpointsRemoved:
      checkpointDir === null ? null : await sweepCopies(checkpointDir, erasures, options),
  }
}

/** A copy is taken from a state before it is dated. */
const copyTakesMs = 60_000

async function sweepCopies(
  root: string,
  erasures: readonly Erasure[],
  { logKeptMs, now }: SweepOptions,
): Promise<number> {
  const settled = Math.max(0, ...erasures.map(({ settledAt }) => settledAt)) + copyTakesMs
  const oldestUsable = logKeptMs === null ? 0 : now - logKeptMs
  const copies = copiesToRemove(await readCopies(root), settled, oldestUsable)
  for (const copy of copies) await removeCopy(root, copy)
  return copies.length + (await removeSetAside(root, Math.min(settled, now - dayMs)))
}
