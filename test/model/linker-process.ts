import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { identityPolicy } from '#runtime/definition/identity-policy.ts'
import type { Message } from '#runtime/log/messages.ts'
import { createLinker, type Linker } from '../../services/identity/core/linker.ts'
import { createMemoryState } from '../../services/identity/core/memory-state.ts'
import type { LinkerState } from '../../services/identity/core/state.ts'
import type { Process } from './channel-process.ts'
import { definitions } from './definitions.ts'
import { birthOf, homeIn, type World } from './world.ts'

/** Offsets up to which a linker committed, oldest first: each is a checkpoint that a restart may begin from. */
export interface LinkerCheckpoints {
  readonly offsets: number[]
}

/** The production linker, with its state as of the first `upTo` records of the log. */
export function linkerAt(world: World, upTo: number): { linker: Linker; state: LinkerState } {
  const [first] = definitions
  if (first === undefined) throw new Error('no definition')
  const state = createMemoryState()
  const policyOf = (version: number | null): CompiledDefinition =>
    definitions.find((each) => each.version === version) ?? first
  const core = createLinker({
    state,
    policies: (version) => identityPolicy(policyOf(version).definition.identity),
    birthProfileId: birthOf,
  })
  for (const [offset, { key, record }] of world.links.slice(0, upTo).entries())
    core.fold({ offset, key, record })
  return { linker: core, state }
}

/** The single writer of identity: folds the log and sends what changes to the homes. */
export function* linker(world: World, start: number, checkpoints: LinkerCheckpoints): Process {
  const core = linkerAt(world, start).linker
  let next = start
  for (;;) {
    const batch = world.links.slice(next, next + 1 + world.random.below(3))
    if (batch.length === 0) {
      yield 'idle'
      continue
    }
    const targets = new Map<number, Message[]>()
    for (const [n, { key, record }] of batch.entries())
      for (const [number, effect] of core.fold({ offset: next + n, key, record }).entries()) {
        if (effect.kind !== 'assign' && effect.kind !== 'erase') continue
        const target = homeIn(world, effect.fragment)
        const messages = targets.get(target) ?? []
        messages.push({ position: [next + n, 0, number], body: effect })
        targets.set(target, messages)
      }
    for (const [target, messages] of world.random.shuffled([...targets])) {
      world.append(target, { origin: { kind: 'links' }, logTime: null, messages })
      yield 'busy'
    }
    next += batch.length
    checkpoints.offsets.push(next)
    yield 'busy'
  }
}
