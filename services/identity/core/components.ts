import { type FragmentId, typeOf } from '#runtime/event/ids.ts'
import { findNode, type Fold, membersOf, nodeOf } from './fold.ts'
import { countProfile } from './profile-sizes.ts'
import { distinctBars } from './split-bars.ts'
import type { Bar, Component } from './state.ts'

/** Negative when `a` represents rather than `b`: better type, then first in the log, then the smaller id. */
export function compareRepresentatives(fold: Fold, a: FragmentId, b: FragmentId): number {
  const byType = fold.policy.rank(typeOf(a)) - fold.policy.rank(typeOf(b))
  if (byType !== 0) return byType
  const byFirst = nodeOf(fold, a).first - nodeOf(fold, b).first
  if (byFirst !== 0) return byFirst
  return a < b ? -1 : 1
}

const bestOf = (fold: Fold, ids: readonly FragmentId[]): FragmentId =>
  ids.reduce((best, id) => (compareRepresentatives(fold, id, best) < 0 ? id : best))

/** Counts and bars of a component, also of one without a record. Not to be changed. */
export function shapeOf(fold: Fold, representative: FragmentId): Component {
  const known = fold.state.component(representative)
  if (known) return known
  const bars = findNode(fold, representative)?.bars ?? []
  return { members: [representative], counts: { [typeOf(representative)]: 1 }, bars }
}

function assign(fold: Fold, id: FragmentId, representative: FragmentId): void {
  const node = nodeOf(fold, id)
  if (node.component === representative) return
  if (fold.moved?.has(id) === false) fold.moved.set(id, node.component)
  node.component = representative
  fold.state.putNode(id, node)
  fold.state.meta.counters.assignments += 1
  const profile = fold.birthProfileId(representative)
  fold.effects.push({ kind: 'assign', fragment: id, profile })
}

/** Puts a component that is new, or takes the place of those that were dropped. */
function place(fold: Fold, representative: FragmentId, component: Component): void {
  fold.state.putComponent(representative, component)
  fold.looseEnds.forget(representative)
  countProfile(fold.state.meta.sizes, component.members.length, 1)
}

/** Takes a component away; its members are placed elsewhere, or alone. */
export function drop(fold: Fold, representative: FragmentId): void {
  const component = fold.state.component(representative)
  if (component === undefined) return
  fold.state.deleteComponent(representative)
  fold.looseEnds.forget(representative)
  countProfile(fold.state.meta.sizes, component.members.length, -1)
}

/**
 * Makes one component of several; the rules have been asked before. The largest one's list takes the others in, so that a big profile
 * costs what is new, unless its representative changes.
 */
export function joinComponents(fold: Fold, representatives: readonly FragmentId[]): FragmentId {
  const representative = bestOf(fold, representatives)
  const parts = representatives.map((id) => ({ id, ...shapeOf(fold, id) }))
  const [largest, ...rest] = parts.toSorted((a, b) => b.members.length - a.members.length)
  if (largest === undefined) throw new RangeError('nothing to join')
  const ends = endsOfAll(fold, parts)
  for (const { id } of parts) drop(fold, id)
  const counts = { ...largest.counts }
  const bars = new Set<Bar>(largest.bars)
  for (const part of rest) {
    largest.members.push(...part.members)
    for (const [type, count] of Object.entries(part.counts))
      counts[type] = (counts[type] ?? 0) + count
    for (const bar of part.bars) bars.add(bar)
  }
  for (const part of parts) {
    if (part.id === representative) continue
    const own = part.id === largest.id ? membersBefore(parts, largest) : part.members
    for (const id of own) assign(fold, id, representative)
  }
  place(fold, representative, { members: largest.members, counts, bars: [...bars] })
  if (ends !== null) fold.looseEnds.know(representative, ends)
  return representative
}

/** Of what becomes one component of several, which its evidence need not hold together; null: not known, or not asked for. */
function endsOfAll(
  { looseEnds }: Fold,
  parts: readonly { readonly id: FragmentId; readonly members: readonly FragmentId[] }[],
): readonly FragmentId[] | null {
  if (!looseEnds.isLarge(parts.reduce((sum, { members }) => sum + members.length, 0))) return null
  const all: FragmentId[] = []
  for (const { id, members } of parts) {
    const ends = looseEnds.of(id) ?? (looseEnds.isLarge(members.length) ? null : members)
    if (ends === null) return null
    all.push(id, ...ends)
  }
  return all
}

/** The largest part's own members: those in front of what was appended to its list. */
function membersBefore(
  parts: readonly { readonly members: readonly FragmentId[] }[],
  largest: { readonly members: readonly FragmentId[] },
): readonly FragmentId[] {
  const appended = parts.reduce(
    (sum, part) => (part === largest ? sum : sum + part.members.length),
    0,
  )
  return largest.members.slice(0, largest.members.length - appended)
}

/** Writes what a component fell into; each part takes its own representative's id. */
export function writeParts(
  fold: Fold,
  former: FragmentId,
  parts: readonly (readonly FragmentId[])[],
): void {
  drop(fold, former)
  for (const members of parts) {
    const representative = bestOf(fold, members)
    for (const id of members) assign(fold, id, representative)
    if (members.length < 2) continue
    const counts: Record<string, number> = {}
    for (const id of members) {
      const type = typeOf(id)
      counts[type] = (counts[type] ?? 0) + 1
    }
    place(fold, representative, { members: [...members], counts, bars: barsOf(fold, members) })
  }
}

const barsOf = (fold: Fold, ids: readonly FragmentId[]): Bar[] =>
  distinctBars(ids.map((id) => nodeOf(fold, id).bars))

/** Recomputes the bars of a component after those of its members changed. */
export function refreshBars(fold: Fold, representative: FragmentId): void {
  const component = fold.state.component(representative)
  if (component === undefined) return
  component.bars = barsOf(fold, membersOf(fold, representative))
  fold.state.putComponent(representative, component)
}
