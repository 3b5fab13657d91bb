import { fnv1a } from '#runtime/digest/fnv1a.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { setKeyOf } from '../core/evidence.ts'
import { type Evidence, isCommand, type LinkerState, type LinkRole } from '../core/state.ts'
import { hasMore, type Identifier, markMore, placeOf, referenceSize } from './identifiers.ts'
import type { KeptEvidence } from './evidence-codec.ts'
import type { EvidenceRows } from './evidence-rows.ts'
import type { IdentifierTable } from './identifier-table.ts'
import type { MoreLinks } from './more-links.ts'
import type { Overlay } from './overlay.ts'

export interface Place {
  readonly offset: number
}

export interface EvidenceTables {
  readonly identifiers: IdentifierTable
  readonly rows: EvidenceRows
  readonly more: MoreLinks
  /** By link id: commands, links that name nobody, and what is among the `more` of some identifier. */
  readonly known: Overlay<string, Place>
  /** By the digest of the set: what joins it, if that is among the `more` of some identifier. */
  readonly sets: Overlay<number, Place>
}

interface Reference {
  readonly linkId: string
  readonly offset: number
  readonly digest: number
  /** Digest of the set that it joins; 0: none as a whole. */
  readonly set: number
}

type EvidenceState = Pick<
  LinkerState,
  | 'evidence'
  | 'putEvidence'
  | 'deleteEvidence'
  | 'hasSet'
  | 'linkOfSet'
  | 'putSet'
  | 'deleteSet'
  | 'linksOf'
  | 'eachLink'
  | 'addLink'
  | 'removeLink'
>

export interface EvidenceBook extends EvidenceState {
  /** Offset of evidence whose id this book gave out or took in since the last commit. @throws Error */
  offsetOf(linkId: string): number
  /** An id that another list gave out. */
  meet(linkId: string, offset: number): void
  committed(): void
}

/**
 * 53 bits: two sets of one identifier's with one digest are not to be expected in the life of a log. Were it so, later evidence would be kept as
 * repeating what it does not, and the same log would still give the same state.
 */
export function digestOfSet(set: string): number {
  let high = 0x811c9dc5
  let low = 0x9747b28c
  for (let at = 0; at < set.length; at += 1) {
    const code = set.charCodeAt(at)
    high = Math.imul(high ^ code, 0x01000193)
    low = Math.imul(low ^ code, 0x5bd1e995)
  }
  return (high >>> 0) * 2 ** 21 + ((low ^ (low >>> 15)) >>> 11) || 1
}

/**
 * The evidence and who finds it: the rows of identifiers point to it, so that a link costs the rows that it changes anyway and one more at
 * the end of the evidence. Ids are looked up by them as well: everybody whom a link names points to it.
 */
export function createEvidenceBook(tables: EvidenceTables, referencesMax: number): EvidenceBook {
  const { identifiers, rows, more, known, sets } = tables
  /** Link ids that were given out since the last commit. */
  const met = new Map<string, number>()
  /** Of the evidence that was put last. */
  let latest: Reference | undefined

  const keptAt = (offset: number | undefined): KeptEvidence | undefined => {
    const kept = offset === undefined ? undefined : rows.get(offset)
    if (kept !== undefined) met.set(kept.linkId, kept.said.offset)
    return kept
  }
  const offsetOf = (linkId: string): number => {
    const newest = rows.newest()
    if (newest?.linkId === linkId) return newest.said.offset
    const offset = met.get(linkId) ?? known.get(linkId)?.offset
    if (offset === undefined)
      throw new Error('the linker state was asked for evidence that it did not name')
    return offset
  }

  /** What a reference holds: every identifier of a link asks for the same. */
  function referenceTo(linkId: string, role: LinkRole): Reference {
    if (latest?.linkId !== linkId) {
      const offset = offsetOf(linkId)
      latest = { linkId, offset, digest: fnv1a(linkId), set: setOf(rows.get(offset)?.said) }
    }
    return role === 'joins' ? latest : { ...latest, set: 0 }
  }

  /** The evidence with this id, if the identifier points to it. */
  function nearTo({ joins, named }: Identifier, linkId: string): KeptEvidence | undefined {
    const hash = fnv1a(linkId)
    for (const references of [joins, named])
      for (let at = 0; at < references.length; at += referenceSize) {
        if (references[at] !== hash) continue
        const kept = rows.get(references[at + 1] ?? -1)
        if (kept?.linkId === linkId) return kept
      }
    return undefined
  }

  function evidenceNaming(linkId: string, named: readonly FragmentId[]): KeptEvidence | undefined {
    let nearest: Identifier | undefined
    for (const id of named) {
      const identifier = identifiers.get(id)
      // Whoever is named by evidence has a row.
      if (identifier === undefined) return undefined
      if (nearest === undefined || weightOf(identifier) < weightOf(nearest)) nearest = identifier
    }
    const near = nearest && nearTo(nearest, linkId)
    if (near !== undefined || (nearest !== undefined && !isBusy(nearest))) return near
    return keptAt(known.get(linkId)?.offset)
  }

  function joining(set: string): number | undefined {
    const hash = digestOfSet(set)
    let nearest: Identifier | undefined
    for (const id of set.split(' ').slice(1)) {
      const identifier = id === '' ? undefined : identifiers.get(id)
      if (identifier === undefined) return undefined
      if (nearest === undefined || joinsWeightOf(identifier) < joinsWeightOf(nearest))
        nearest = identifier
    }
    if (nearest === undefined) return undefined
    const { joins } = nearest
    for (let at = 2; at < joins.length; at += referenceSize)
      if (joins[at] === hash) return joins[at - 1]
    return hasMore(nearest, 'joins') ? sets.get(hash)?.offset : undefined
  }

  return {
    evidence(linkId, named) {
      if (named === undefined || named.length === 0)
        return keptAt(met.get(linkId) ?? known.get(linkId)?.offset)?.said
      const kept = evidenceNaming(linkId, named)
      if (kept !== undefined) met.set(linkId, kept.said.offset)
      return kept?.said
    },
    putEvidence(linkId, said) {
      latest = undefined
      rows.set(said.offset, { linkId, said })
      if (rows.newest()?.linkId !== linkId) met.set(linkId, said.offset)
      if (isCommand(said) || said.ids.length + said.others.length === 0)
        known.set(linkId, { offset: said.offset })
    },
    deleteEvidence(linkId) {
      rows.delete(offsetOf(linkId))
      met.delete(linkId)
      if (known.get(linkId) !== undefined) known.delete(linkId)
    },
    hasSet: (set) => joining(set) !== undefined,
    linkOfSet: (set) => keptAt(joining(set))?.linkId,
    putSet: () => undefined,
    deleteSet(set) {
      const hash = digestOfSet(set)
      if (sets.get(hash) !== undefined) sets.delete(hash)
    },
    linksOf(id, role) {
      const identifier = identifiers.get(id)
      if (identifier === undefined) return []
      const found: string[] = []
      const references = identifier[role]
      for (let at = 1; at < references.length; at += referenceSize) {
        const kept = keptAt(references[at])
        if (kept !== undefined) found.push(kept.linkId)
      }
      if (!hasMore(identifier, role)) return found
      for (const [linkId, offset] of more.of(id, role)) {
        met.set(linkId, offset)
        found.push(linkId)
      }
      return found
    },
    *eachLink(id, role) {
      const identifier = identifiers.get(id)
      if (identifier === undefined) return
      const references = identifier[role]
      for (let at = 1; at < references.length; at += referenceSize) {
        const kept = keptAt(references[at])
        if (kept !== undefined) yield kept.linkId
      }
      if (!hasMore(identifier, role)) return
      for (const [linkId, offset] of more.each(id, role)) {
        met.set(linkId, offset)
        yield linkId
      }
    },
    addLink(id, role, linkId) {
      const identifier = identifiers.change(id)
      const { offset, digest: ofLink, set } = referenceTo(linkId, role)
      const references = identifier[role]
      if (placeOf(references, offset) >= 0) return
      if (references.length < referencesMax * referenceSize) {
        if (references.length === 0) identifier[role] = [ofLink, offset, set]
        else references.push(ofLink, offset, set)
        return
      }
      markMore(identifier, role)
      more.add(id, role, linkId, offset)
      known.set(linkId, { offset })
      if (set !== 0) sets.set(set, { offset })
    },
    removeLink(id, role, linkId) {
      const identifier = identifiers.change(id)
      const place = placeOf(identifier[role], offsetOf(linkId))
      if (place >= 0) identifier[role] = identifier[role].toSpliced(place, referenceSize)
      if (hasMore(identifier, role)) more.remove(id, role, linkId)
    },
    offsetOf,
    meet: (linkId, offset) => void met.set(linkId, offset),
    committed: () => met.clear(),
  }
}

const isBusy = (identifier: Identifier): boolean =>
  hasMore(identifier, 'joins') || hasMore(identifier, 'named')

/** Those of whom not all is near come last. */
const weightOf = (identifier: Identifier): number =>
  identifier.joins.length +
  identifier.named.length +
  (isBusy(identifier) ? Number.MAX_SAFE_INTEGER / 2 : 0)
const joinsWeightOf = (identifier: Identifier): number =>
  identifier.joins.length + (hasMore(identifier, 'joins') ? Number.MAX_SAFE_INTEGER / 2 : 0)

function setOf(said: Evidence | undefined): number {
  const key = said === undefined ? null : setKeyOf(said)
  return key === null ? 0 : digestOfSet(key)
}
