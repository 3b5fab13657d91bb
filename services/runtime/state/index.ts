export {
  type Environment,
  type KeyRange,
  openEnvironment,
  type OpenOptions,
  type Store,
  type ValueCodec,
} from './environment.ts'
export { createResidue, type Residue, type Rewriting, rewritingOf } from './residue.ts'
export { type Ownership, ownDirectory } from './own-directory.ts'
export { checkLmdbFile, type FileCheck } from './lmdb-file/check.ts'
export { stateError } from './disk-full.ts'
export { showStateDisk } from './show-disk.ts'
export {
  directoryFault,
  makeStateDirectory,
  stateDirectoryFault,
  wrongDirectory,
} from './state-directory.ts'
