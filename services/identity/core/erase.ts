import { type EpochMs, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { writeParts } from './components.ts'
import { dropEvidence, evidenceOf, keepEvidence, recompute } from './evidence.ts'
import { componentOf, type Fold, membersOf, nodeOf, replaceNode } from './fold.ts'
import { newNode } from './state.ts'

/**
 * Isolates every identifier of the people who are named, forgets what linked them, and has every record that named them removed.
 * Evidence that named somebody else too goes as well: it can't stay without saying who was there.
 */
export function erase(fold: Fold, named: readonly FragmentId[], at: EpochMs): void {
  const { effects } = fold
  const components = [...new Set(named.map((id) => componentOf(fold, id)))]
  const erased = components.flatMap((id) => [...membersOf(fold, id)])
  const gone = new Set(erased)
  const { neighbours, newest } = forgetLinks(fold, erased, gone)
  const erasedAt = newest > at ? newest : at
  for (const component of components) {
    const singles = membersOf(fold, component).map((id) => [id])
    if (singles.length > 1) writeParts(fold, component, singles)
  }
  for (const id of erased) {
    const node = newNode(id, -1, epochMs(0))
    const before = nodeOf(fold, id).erasedAt
    node.erasedAt = before > erasedAt ? before : erasedAt
    replaceNode(fold, id, node)
    effects.push({ kind: 'erase', fragment: id })
  }
  for (const id of neighbours) forgetCompany(fold, id)
  for (const component of new Set(neighbours.map((id) => componentOf(fold, id))))
    recompute(fold, component)
}

/** A device remembers only whom some evidence still names beside it: what nothing names could never be found again. */
function forgetCompany(fold: Fold, id: FragmentId): void {
  const { state } = fold
  const node = nodeOf(fold, id)
  if (node.seenWith.length === 0) return
  const said = evidenceOf(state, id, ['joins', 'named']).map(([, evidence]) => evidence)
  node.seenWith = node.seenWith.filter((other) =>
    said.some(({ ids, others }) => ids.includes(other) || others.includes(other)),
  )
  state.putNode(id, node)
}

/** Drops the links of the erased and asks for tombstones. Returns who else was named in them, and when the newest was received. */
function forgetLinks(
  fold: Fold,
  erased: readonly FragmentId[],
  gone: ReadonlySet<FragmentId>,
): { readonly neighbours: readonly FragmentId[]; readonly newest: EpochMs } {
  const { state, effects } = fold
  const neighbours = new Set<FragmentId>()
  let newest = epochMs(-1)
  for (const id of erased)
    for (const [linkId, evidence] of evidenceOf(state, id, ['joins', 'named'])) {
      dropEvidence(state, linkId, evidence)
      const stay = [...evidence.ids, ...evidence.others].filter((other) => !gone.has(other))
      for (const other of stay) neighbours.add(other)
      if (evidence.kind === 'parting' && stay.length > 0) {
        // Without it a rebuild would bring together what it parted.
        keepEvidence(state, linkId, { ...evidence, others: stay })
        continue
      }
      if (evidence.receivedAt > newest) newest = evidence.receivedAt
      for (const key of evidence.keys) effects.push({ kind: 'tombstone', key })
    }
  return { neighbours: [...neighbours], newest }
}
