/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { hash } from 'node:crypto'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { epochMs, type FragmentId, type ProfileId } from '#runtime/event/ids.ts'
import type { Body, Origin } from '#runtime/log/messages.ts'
import {
  birthProfileId,
  homeOf,
  partitionOfEvent,
  partitionOfProfile,
} from '#runtime/pseudonym/pseudonym.ts'
import { type Flush, newFlush } from '../../../services/profiles/core/fold/flush.ts'
import { createFold, type Fold } from '../../../services/profiles/core/fold/fold.ts'
import { createMemoryState } from '../../../services/profiles/core/memory-state.ts'
import type { PartitionState } from '../../../services/profiles/core/state.ts'

export interface FoldSetup {
  /** Left out: 1, in a state that serves. */
  readonly generation?: number
  readonly partition: number
  readonly partitions: number
  readonly definitions: readonly CompiledDefinition[]
  readonly state?: PartitionState
}

/** The production fold over one partition's state, with the production hashes. */
export function testFold(setup: FoldSetup): {
  readonly fold: Fold
  readonly state: PartitionState
} {
  const state = setup.state ?? createMemoryState()
  const byVersion = new Map(setup.definitions.map((compiled) => [compiled.version, compiled]))
  const fold = createFold({
    state,
    generation: setup.generation ?? 1,
    partition: setup.partition,
    partitions: setup.partitions,
    definition(version) {
      const compiled = byVersion.get(version)
      if (compiled === undefined) throw new Error(`no definition ${version}`)
      return compiled
    },
    birthId: birthProfileId,
    partitionOfProfile,
    partitionOfEvent,
    hash: (text) => hash('sha256', text, 'base64url').slice(0, 22),
    publishes: (cause) => cause !== 'import' && cause !== 'define',
  })
  return { fold, state }
}

export interface TestPartition {
  readonly state: PartitionState
  /** Folds one message as a frame of its own and returns what a flush right after it holds. Positions rise by themselves. */
  send(at: number, body: Body, origin?: Origin | null): Flush
  /** Folds several messages as one frame and one flush. */
  sendAll(at: number, bodies: readonly Body[], origin?: Origin | null): Flush
}

const raw: Origin = { kind: 'raw', topic: 'channel.web', incarnation: 0, partition: 0 }

/** A partition whose log is written message by message. */
export function testPartition(setup: FoldSetup): TestPartition {
  const { fold, state } = testFold(setup)
  let offset = state.meta.nextOffset
  const sendAll: TestPartition['sendAll'] = (at, bodies, origin = raw) => {
    const flush = newFlush()
    for (const [index, body] of bodies.entries())
      fold.message(
        {
          offset,
          index,
          timestamp: epochMs(at),
          logTime: null,
          origin,
          message: { position: [offset, index, 0], body },
        },
        flush,
      )
    fold.frameEnd(offset)
    offset += 1
    return fold.end(flush)
  }
  return { state, sendAll, send: (at, body, origin) => sendAll(at, [body], origin) }
}

/** Names of a fragment whose home is the given partition: `<type>:<n>`, n counting up. */
export function fragmentsAt(
  partition: number,
  partitions: number,
  count: number,
  type = 'email',
): FragmentId[] {
  const found: FragmentId[] = []
  for (let n = 0; found.length < count; n++) {
    const id = `${type}:${n}` as FragmentId
    if (homeOf(id, partitions) === partition) found.push(id)
  }
  return found
}

export const birth = (fragment: FragmentId): ProfileId => birthProfileId(fragment)
