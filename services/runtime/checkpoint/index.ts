export { checkCheckpointDirectory } from './checkpoint-directory.ts'
export { createDirectoryCheckpointStore } from './directory-store.ts'
export {
  type CheckpointConfig,
  createStateKeeper,
  type KeptState,
  type StateKeeper,
  stateKeeperOf,
} from './keeper.ts'
export type { CheckpointIdentity } from './manifest.ts'
export { createMemoryCheckpointStore } from './memory-store.ts'
export type { CheckpointPlace, CheckpointSeries, CheckpointStore } from './port.ts'
export type { WantedState } from './restore.ts'
export type { ReadClaims, StateClaims } from './state-claims.ts'
