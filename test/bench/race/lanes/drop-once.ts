import type { Undoing } from '../../../support/undoing.ts'
import type { Lane } from './lane.ts'

/** Drops a lane when it is called, or at the end, but not twice. */
export function dropOnce(undoing: Undoing, lane: Pick<Lane, 'drop'>): () => Promise<void> {
  let dropping: Promise<void> | null = null
  const drop = async (): Promise<void> => (dropping ??= lane.drop())
  undoing.push(drop)
  return drop
}
