export {
  followGenerations,
  type GenerationLog,
  readGenerations,
  saveGenerations,
} from './generation-log.ts'
export { type JoinedGeneration, joinGeneration, type JoinOptions, watchGeneration } from './join.ts'
export {
  databaseOf,
  type GenerationRole,
  type OwnGeneration,
  type Place,
  placeOf,
  shadowDatabase,
} from './place.ts'
export { removeReplacedStates } from './replaced-states.ts'
export {
  decodeGenerations,
  encodeGenerations,
  type FeedProgress,
  firstGeneration,
  type GenerationsRecord,
  type NextGeneration,
  type NextPhase,
  type RowKey,
} from './record.ts'
