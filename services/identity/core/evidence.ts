import type { FragmentId } from '#runtime/event/ids.ts'
import { type Fold, membersOf, nodeOf } from './fold.ts'
import { writeParts } from './components.ts'
import type { Evidence, LinkerState, LinkRole } from './state.ts'

/** Above this a set is not looked up by its key (LMDB keys end at 1,978 bytes); its evidence is then kept each time. */
const setKeyCharactersMax = 1500

/**
 * The key by which equal evidence is known, null when it has to be kept by itself: only a set that was joined whole, so that whatever
 * removes one of two equal sets removes the other.
 */
export function setKeyOf({ ids, others, kind }: Evidence): string | null {
  if (ids.length < 2 || others.length > 0) return null
  const key = `${kind} ${ids.join(' ')}`
  return key.length > setKeyCharactersMax ? null : key
}

/** The evidence that holds together what this says, itself perhaps; null: no other can say the same. */
export function setHolderOf(state: LinkerState, evidence: Evidence): string | null {
  const ids = evidence.ids.length > 0 ? evidence.ids : evidence.others
  const key = setKeyOf({ ...evidence, ids, others: [] })
  return key === null ? null : (state.linkOfSet(key) ?? null)
}

/** Keeps evidence, under the identifiers that it names. What other evidence says already joins nothing more. */
export function keepEvidence(state: LinkerState, linkId: string, evidence: Evidence): void {
  const key = setKeyOf(evidence)
  const said = key !== null && state.hasSet(key)
  if (said || evidence.ids.length < 2) {
    evidence.others = [...evidence.ids, ...evidence.others]
    evidence.ids = []
  } else if (key !== null) state.putSet(key, linkId)
  state.putEvidence(linkId, evidence)
  for (const id of evidence.ids) state.addLink(id, 'joins', linkId)
  for (const id of evidence.others) state.addLink(id, 'named', linkId)
}

/** Takes one identifier out of what a link joins; it stays named. */
export function withdraw(state: LinkerState, linkId: string, id: FragmentId): void {
  const evidence = state.evidence(linkId)
  if (evidence === undefined) return
  unindex(state, linkId, evidence)
  evidence.ids = evidence.ids.filter((other) => other !== id)
  evidence.others = [...evidence.others, id]
  keepEvidence(state, linkId, evidence)
}

export function dropEvidence(state: LinkerState, linkId: string, evidence: Evidence): void {
  unindex(state, linkId, evidence)
  state.removeAge(evidence.seenAt, linkId)
  state.deleteEvidence(linkId)
}

function unindex(state: LinkerState, linkId: string, evidence: Evidence): void {
  const key = setKeyOf(evidence)
  if (key !== null && state.linkOfSet(key) === linkId) state.deleteSet(key)
  for (const id of evidence.ids) state.removeLink(id, 'joins', linkId)
  for (const id of evidence.others) state.removeLink(id, 'named', linkId)
}

/** All evidence that names an identifier in one of the roles, oldest first. */
export function evidenceOf(
  state: LinkerState,
  id: FragmentId,
  roles: readonly LinkRole[],
): readonly (readonly [linkId: string, evidence: Evidence])[] {
  const found: [string, Evidence][] = []
  for (const role of roles)
    for (const linkId of state.linksOf(id, role)) {
      const evidence = state.evidence(linkId)
      if (evidence) found.push([linkId, evidence])
    }
  return found.toSorted(([a, x], [b, y]) => x.offset - y.offset || (a < b ? -1 : 1))
}

/** Everything that evidence connects with `start` through identifiers that may be entered; ends early after `enough` was entered. */
export function reach(
  state: LinkerState,
  start: FragmentId,
  mayEnter: (id: FragmentId) => boolean,
  enough: (id: FragmentId) => boolean = () => false,
): ReadonlySet<FragmentId> {
  const reached = new Set([start])
  const waiting = [start]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop())
    for (const linkId of state.linksOf(id, 'joins'))
      for (const next of state.evidence(linkId)?.ids ?? [])
        if (!reached.has(next) && mayEnter(next)) {
          reached.add(next)
          if (enough(next)) return reached
          waiting.push(next)
        }
  return reached
}

/**
 * What is left of a group of identifiers when only its evidence holds it together. What an operator split off earlier still connects the
 * rest, since `split f` detaches f alone; but nothing connects through `apart`.
 */
export function partition(
  fold: Fold,
  members: readonly FragmentId[],
  apart: ReadonlySet<FragmentId>,
): readonly (readonly FragmentId[])[] {
  const places = new Map(members.map((id, place) => [id, place]))
  const wasSplitOff = (id: FragmentId): boolean =>
    !apart.has(id) && nodeOf(fold, id).bars.some((bar) => bar.startsWith('0'))
  const placed = new Set<FragmentId>()
  const parts: FragmentId[][] = []
  for (const start of members) {
    if (placed.has(start)) continue
    // Most that is looked at still holds together, and then a few of its links show it.
    let missing = members.length - placed.size - 1
    const isLast = (id: FragmentId): boolean => {
      if (places.has(id) && !placed.has(id)) missing -= 1
      return missing === 0
    }
    const reached = reach(fold.state, start, (id) => places.has(id) || wasSplitOff(id), isLast)
    const part = [...reached].filter((id) => places.has(id) && !placed.has(id))
    for (const id of part) placed.add(id)
    parts.push(part.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0)))
  }
  return parts
}

/** Lets a component fall apart into what its evidence still connects. */
export function recompute(fold: Fold, representative: FragmentId): void {
  const parts = partition(fold, membersOf(fold, representative), new Set())
  if (parts.length > 1) writeParts(fold, representative, parts)
}
