import type { FragmentId } from '#runtime/event/ids.ts'
import { findNode, type Fold } from './fold.ts'

/** What was found to hang together so far. */
interface Group {
  reached: FragmentId[]
  /** Reached, and not looked at yet. */
  waiting: FragmentId[]
  /** Links of those that are being looked at. */
  open: Iterator<string>[]
  /** Its evidence names somebody outside who may connect it with the rest all the same. */
  leads: boolean
  /** It met another, or came to its end. */
  isOver: boolean
}

/**
 * What a profile fell into, when each of its parts has one of these ends: all parts but one, which has the rest. null: that can't be said from here.
 * All ends are walked from by turns, a piece of evidence each, until they have met, or all but one have come to their end: it costs as much as is
 * needed for that, and a member with very many links is rarely looked at whole.
 */
export function partsBeside(
  fold: Fold,
  representative: FragmentId,
  ends: Iterable<FragmentId>,
): readonly (readonly FragmentId[])[] | null {
  const { state } = fold
  const isInside = (id: FragmentId): boolean => findNode(fold, id)?.component === representative
  const groupOf = new Map<FragmentId, Group>()
  const parts: FragmentId[][] = []
  let turns: Group[] = []
  for (const id of ends) {
    if (!isInside(id)) continue
    const group = { reached: [id], waiting: [id], open: [], leads: false, isOver: false }
    groupOf.set(id, group)
    turns.push(group)
  }
  /** Groups that have neither met another nor come to their end. */
  const left = { count: turns.length }

  const joined = (a: Group, b: Group): Group => {
    const [into, from] = a.reached.length < b.reached.length ? [b, a] : [a, b]
    for (const id of from.reached) {
      groupOf.set(id, into)
      into.reached.push(id)
    }
    into.waiting.push(...from.waiting)
    into.open.push(...from.open)
    into.leads ||= from.leads
    from.isOver = true
    left.count -= 1
    return into
  }
  const meet = (group: Group, id: FragmentId): Group => {
    const other = groupOf.get(id)
    if (other === group) return group
    if (other !== undefined) return joined(group, other)
    if (isInside(id)) {
      groupOf.set(id, group)
      group.reached.push(id)
      group.waiting.push(id)
    } else if (wasSplitOff(fold, id)) group.leads = true
    return group
  }
  /** Looks at one more piece of evidence; false: there is none. */
  const step = (group: Group): boolean => {
    const id = group.open.length > 0 ? undefined : group.waiting.pop()
    if (id !== undefined) group.open.push(state.eachLink(id, 'joins')[Symbol.iterator]())
    const links = group.open.at(-1)
    if (links === undefined) return false
    const next = links.next()
    let here = group
    if (next.done === true) group.open.pop()
    else for (const other of state.evidence(next.value)?.ids ?? []) here = meet(here, other)
    return true
  }

  while (left.count > 1) {
    for (const group of turns) {
      if (group.isOver || step(group)) continue
      if (group.leads) return null
      group.isOver = true
      left.count -= 1
      parts.push(group.reached)
      if (left.count <= 1) break
    }
    turns = turns.filter(({ isOver }) => !isOver)
  }
  return parts
}

/** It still connects the rest, since `split f` detaches f alone. */
export const wasSplitOff = (fold: Fold, id: FragmentId): boolean =>
  findNode(fold, id)?.bars.some((bar) => bar.startsWith('0')) ?? false
