import { type EpochMs, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { writeParts } from './components.ts'
import { dropEvidence, evidenceOf, keepEvidence, recompute } from './evidence.ts'
import { forgetCompany } from './ambiguity.ts'
import { componentOf, type Fold, membersOf, nodeOf, replaceNode } from './fold.ts'
import { type Evidence, newNode } from './state.ts'

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
  fold.state.meta.sizes.identifiers -= erased.length
  fold.state.leaveResidue()
  for (const id of erased) {
    const node = newNode(id, -1, epochMs(0))
    const before = nodeOf(fold, id).erasedAt
    node.erasedAt = before > erasedAt ? before : erasedAt
    replaceNode(fold, id, node)
    effects.push({ kind: 'erase', fragment: id, orderedAt: at })
  }
  for (const id of neighbours) forgetCompany(fold, id)
  for (const component of new Set(neighbours.map((id) => componentOf(fold, id))))
    recompute(fold, component)
}

/** A command that joins nothing, and still says something of those who stay. */
const isParting = ({ kind }: Evidence): boolean =>
  kind === 'split' || kind === 'unsplit' || kind === 'reconsider'

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
      dropEvidence(fold, linkId, evidence)
      const stay = [...evidence.ids, ...evidence.others].filter((other) => !gone.has(other))
      for (const other of stay) neighbours.add(other)
      if (isParting(evidence) && stay.length > 0) {
        // Without it a rebuild would bring together what it parted.
        keepEvidence(state, linkId, { ...evidence, others: stay })
        continue
      }
      if (evidence.receivedAt > newest) newest = evidence.receivedAt
      const { offset } = evidence
      for (const key of evidence.keys) effects.push({ kind: 'tombstone', key, offset })
    }
  return { neighbours: [...neighbours], newest }
}
