import { readClaims as readLinkerClaims } from '../../../services/identity/shell/claims.ts'
import {
  foldVersion as linkerVersion,
  openLmdbState as openLinker,
} from '../../../services/identity/shell/lmdb-state.ts'
import { foldVersion as partitionVersion } from '../../../services/profiles/core/fold/fold-version.ts'
import { readClaims as readPartitionClaims } from '../../../services/profiles/shell/state/claims.ts'
import { openLmdbState as openPartition } from '../../../services/profiles/shell/state/lmdb-state.ts'
import { dumpLinker, dumpPartition, fillLinker, fillPartition } from './sample-states.ts'

const hotMax = 10
const partition = {
  topic: 'profile.log',
  topicId: 'topic-id',
  generation: 0,
  partition: 1,
  partitions: 4,
}
const linker = { topic: 'identity.links', topicId: 'topic-id', generation: 0 }

/** The formats of states, each with a sample that is committed under test/fixtures/state/<name>/<foldVersion>/. */
export const stateFormats = [
  {
    name: 'profiles',
    foldVersion: partitionVersion,
    identity: partition,
    nextOffset: 42,
    readClaims: readPartitionClaims,
    /** Makes a sample of the present format. */
    async make(directory: string, copy: string): Promise<void> {
      const identity = { ...partition, foldVersion: partitionVersion }
      const state = await openPartition({ directory, identity, hotMax })
      fillPartition(state)
      await state.commit()
      await state.copyTo(copy)
      await state.close()
    },
    /** All that is in a state of the present format. */
    async dump(directory: string): Promise<unknown> {
      const identity = { ...partition, foldVersion: partitionVersion }
      const state = await openPartition({ directory, identity, hotMax })
      try {
        return dumpPartition(state)
      } finally {
        await state.close()
      }
    },
  },
  {
    name: 'identity',
    foldVersion: linkerVersion,
    identity: linker,
    nextOffset: 17,
    readClaims: readLinkerClaims,
    async make(directory: string, copy: string): Promise<void> {
      const identity = { ...linker, foldVersion: linkerVersion }
      const state = await openLinker({ directory, identity, hotMax })
      fillLinker(state)
      await state.commit()
      await state.copyTo(copy)
      await state.close()
    },
    async dump(directory: string): Promise<unknown> {
      const identity = { ...linker, foldVersion: linkerVersion }
      const state = await openLinker({ directory, identity, hotMax })
      try {
        return dumpLinker(state)
      } finally {
        await state.close()
      }
    },
  },
] as const
