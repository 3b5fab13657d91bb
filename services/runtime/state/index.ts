export {
  type Environment,
  type KeyRange,
  openEnvironment,
  type Store,
  type ValueCodec,
} from './environment.ts'
export { type Ownership, ownDirectory } from './own-directory.ts'
