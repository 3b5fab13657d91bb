import type { EpochMs, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { Decision, LinkerEffect } from './effects.ts'
import type { LooseEnds } from './loose-ends.ts'
import type { LinkerPolicy } from './policy.ts'
import { type LinkerNode, type LinkerState, newNode } from './state.ts'

/** What the steps of folding one record share. */
export interface Fold {
  readonly state: LinkerState
  readonly policy: LinkerPolicy
  readonly birthProfileId: (fragment: FragmentId) => ProfileId
  readonly looseEnds: LooseEnds
  readonly offset: number
  readonly effects: LinkerEffect[]
  /** Nodes that this record has met: they are asked for again and again. */
  readonly nodes: Map<FragmentId, LinkerNode>
  /** The component of each identifier before it was moved; left out: nobody asks. */
  readonly moved?: Map<FragmentId, FragmentId>
  decisions: number
}

/**
 * The node of an identifier that the log has named before.
 * @throws Error when it has not: the state contradicts itself, and the linker must not go on.
 */
export function nodeOf(fold: Fold, id: FragmentId): LinkerNode {
  const node = findNode(fold, id)
  if (node === undefined) throw new Error('the linker state names an identifier without a node')
  return node
}

/** undefined: the log has not named it. */
export function findNode({ state, nodes }: Fold, id: FragmentId): LinkerNode | undefined {
  const met = nodes.get(id)
  if (met !== undefined) return met
  const node = state.node(id)
  if (node !== undefined) nodes.set(id, node)
  return node
}

/**
 * The node of an identifier that a record names, made when it is new. After an erasure it starts anew where it is named again.
 */
export function metNode(fold: Fold, id: FragmentId, offset: number, seenAt: EpochMs): LinkerNode {
  const node = findNode(fold, id) ?? newNode(id, -1, seenAt)
  if (node.first < 0) {
    node.first = offset
    fold.state.meta.sizes.identifiers += 1
  }
  return node
}

/** Puts a node that is new, or takes the place of an old one. One that was changed in place needs no more than the state's `putNode`. */
export function replaceNode({ state, nodes }: Fold, id: FragmentId, node: LinkerNode): void {
  nodes.set(id, node)
  state.putNode(id, node)
}

export const componentOf = (fold: Fold, id: FragmentId): FragmentId =>
  findNode(fold, id)?.component ?? id

export const membersOf = (fold: Fold, representative: FragmentId): readonly FragmentId[] =>
  fold.state.component(representative)?.members ?? [representative]

/** Distinct profiles of identifiers, in their order. */
export function profilesOf(fold: Fold, ids: readonly FragmentId[]): readonly ProfileId[] {
  const components = new Set(ids.map((id) => componentOf(fold, id)))
  return Array.from(components, (id) => fold.birthProfileId(id))
}

/** `of`: what the decision is numbered under, when the record in hand is not the link that it names, which has decisions of its own. */
export function decide(
  fold: Fold,
  decision: Omit<Decision, 'id'>,
  of: string = decision.linkId,
): void {
  const id = `${of}.${fold.decisions}`
  fold.decisions += 1
  fold.effects.push({ kind: 'decision', decision: { id, ...decision } })
}
