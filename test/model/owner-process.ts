import { epochMs } from '#runtime/event/ids.ts'
import type { Frame, Message } from '#runtime/log/messages.ts'
import { type Flush, newFlush, type OpenFlush } from '../../services/profiles/core/fold/flush.ts'
import type { Fold } from '../../services/profiles/core/fold/fold.ts'
import {
  createMemoryState,
  type MemoryContents,
  type MemoryState,
  newMemoryContents,
} from '../../services/profiles/core/memory-state.ts'
import { testFold } from '../support/fold/partition.ts'
import type { Process } from './channel-process.ts'
import { definitions } from './definitions.ts'
import type { World } from './world.ts'

/** States that an owner committed, oldest first: each is a checkpoint that a restart may begin from. */
export interface Checkpoints {
  readonly states: MemoryContents[]
}

export const newCheckpoints = (): Checkpoints => ({ states: [newMemoryContents()] })

/** The production fold on one partition, with the flush's steps as separate steps of the world. */
export function* owner(
  world: World,
  partition: number,
  from: MemoryContents,
  checkpoints: Checkpoints,
): Process {
  const { random, mutant } = world
  const state = createMemoryState(structuredClone(from))
  const { fold } = testFold({ partition, partitions: world.partitions, definitions, state })
  const commit = (): void => {
    checkpoints.states.push(structuredClone(state.contents))
  }
  for (;;) {
    const frames = world.log[partition]?.slice(state.meta.nextOffset) ?? []
    if (frames.length === 0) {
      if (needsTick(world, state) && random.chance(0.5)) world.append(partition, tick)
      yield 'idle'
      continue
    }
    const flush = fillFlush(world, fold, state, frames.slice(0, 1 + random.below(4)))
    if (mutant === 'state before effects') {
      commit()
      yield 'busy'
    }
    for (const send of random.shuffled(sends(world, partition, flush))) {
      send()
      yield 'busy'
    }
    insertRows(world, flush)
    yield 'busy'
    if (mutant !== 'state before effects') commit()
    yield 'busy'
  }
}

const tick: Frame = {
  origin: null,
  logTime: null,
  messages: [{ position: [0, 0, 0], body: { kind: 'tick' } }],
}

function needsTick(world: World, state: MemoryState): boolean {
  return (
    state.meta.cursor !== null || (state.nextTimer()?.due ?? Number.POSITIVE_INFINITY) <= world.now
  )
}

/** Folds some frames into one flush, which may end inside of a frame, as one does that would get too large. */
function fillFlush(
  { random, mutant }: World,
  fold: Fold,
  state: MemoryState,
  frames: World['log'][number],
): Flush {
  const flush: OpenFlush = newFlush()
  for (const { at, frame } of frames) {
    const offset = state.meta.nextOffset
    const { origin, logTime, messages } = frame
    for (let index = state.meta.nextIndex; index < messages.length; index++) {
      const message = messages[index]
      if (message === undefined) break
      if (mutant === 'no marks') state.meta.marks.clear()
      const timestamp = epochMs(at)
      fold.message({ offset, index, timestamp, logTime, origin, message }, flush)
      if (index + 1 < messages.length && random.chance(0.1)) return fold.end(flush)
    }
    fold.frameEnd(offset)
  }
  return fold.end(flush)
}

/** One send per target partition, and one to the linker's log. */
function sends(world: World, partition: number, flush: Flush): (() => void)[] {
  const origin = { kind: 'log', generation: 1, partition } as const
  const kept = (messages: readonly Message[]): readonly Message[] =>
    world.mutant === 'dropped Member'
      ? messages.filter(({ body }) => body.kind !== 'member' || !world.random.chance(0.2))
      : messages
  const all = [...flush.frames].map(
    ([target, messages]) =>
      () =>
        world.append(target, { origin, logTime: null, messages: kept(messages) }),
  )
  if (flush.links.length > 0)
    all.push(() => {
      for (const link of flush.links) world.appendLink(link)
    })
  if (flush.rejections.length > 0)
    world.failures.push(`refused: ${JSON.stringify(flush.rejections[0])}`)
  return all
}

function insertRows({ tables }: World, { rows }: Flush): void {
  tables.insert('events', rows.events)
  tables.insert('profile_identifiers', rows.profile_identifiers)
  tables.insert('profiles', rows.profiles)
  tables.insert('segment_memberships', rows.segment_memberships)
  tables.insert('segment_transitions', rows.segment_transitions)
}
