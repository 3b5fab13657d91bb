import type { FragmentId } from '#runtime/event/ids.ts'
import { partsBeside, wasSplitOff } from './come-apart.ts'
import { writeParts } from './components.ts'
import { componentOf, type Fold, membersOf } from './fold.ts'
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
export function withdraw(fold: Fold, linkId: string, id: FragmentId): void {
  const { state } = fold
  const evidence = state.evidence(linkId)
  if (evidence === undefined) return
  unindex(fold, linkId, evidence)
  evidence.ids = evidence.ids.filter((other) => other !== id)
  evidence.others = [...evidence.others, id]
  keepEvidence(state, linkId, evidence)
}

export function dropEvidence(fold: Fold, linkId: string, evidence: Evidence): void {
  const { state } = fold
  unindex(fold, linkId, evidence)
  state.removeAge(evidence.seenAt, linkId)
  state.deleteEvidence(linkId)
}

function unindex(fold: Fold, linkId: string, evidence: Evidence): void {
  const { state, looseEnds } = fold
  const key = setKeyOf(evidence)
  if (key !== null && state.linkOfSet(key) === linkId) state.deleteSet(key)
  for (const id of evidence.ids) {
    state.removeLink(id, 'joins', linkId)
    looseEnds.loosen(componentOf(fold, id), id)
  }
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
export const partition = (
  fold: Fold,
  members: readonly FragmentId[],
  apart: ReadonlySet<FragmentId>,
): readonly (readonly FragmentId[])[] => lookThrough(fold, members, apart).parts

/** `byOthers`: somebody outside was needed, or met, who may connect them. */
function lookThrough(
  fold: Fold,
  members: readonly FragmentId[],
  apart: ReadonlySet<FragmentId>,
): { readonly parts: readonly (readonly FragmentId[])[]; readonly byOthers: boolean } {
  const places = new Map(members.map((id, place) => [id, place]))
  let byOthers = false
  const mayEnter = (id: FragmentId): boolean => {
    if (places.has(id)) return true
    if (apart.has(id) || !wasSplitOff(fold, id)) return false
    byOthers = true
    return true
  }
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
    const reached = reach(fold.state, start, mayEnter, isLast)
    const part = [...reached].filter((id) => places.has(id) && !placed.has(id))
    for (const id of part) placed.add(id)
    parts.push(part.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0)))
  }
  return { parts, byOthers }
}

/** Lets a component fall apart into what its evidence still connects. Returns whether it did. */
export function recompute(fold: Fold, representative: FragmentId): boolean {
  const members = membersOf(fold, representative)
  const { parts, byOthers } =
    knownParts(fold, representative, members) ?? lookThrough(fold, members, new Set())
  if (parts.length > 1) writeParts(fold, representative, parts)
  if (byOthers) fold.looseEnds.forget(representative)
  else
    for (const part of parts)
      if (part[0] !== undefined && fold.looseEnds.isLarge(part.length))
        fold.looseEnds.know(componentOf(fold, part[0]))
  return parts.length > 1
}

/** The same as looking through all of it, from its loose ends; null: they are not known, or do not tell. */
function knownParts(
  fold: Fold,
  representative: FragmentId,
  members: readonly FragmentId[],
): ReturnType<typeof lookThrough> | null {
  const ends = fold.looseEnds.of(representative)
  const beside = ends && partsBeside(fold, representative, ends)
  if (beside === undefined || beside === null) return null
  if (beside.length === 0) return { parts: [members], byOthers: false }
  const partOf = new Map<FragmentId, FragmentId[]>()
  for (const ids of beside) {
    const part: FragmentId[] = []
    for (const id of ids) partOf.set(id, part)
  }
  const rest: FragmentId[] = []
  const parts = new Set<FragmentId[]>()
  for (const id of members) {
    const part = partOf.get(id) ?? rest
    part.push(id)
    parts.add(part)
  }
  return { parts: [...parts], byOthers: false }
}
