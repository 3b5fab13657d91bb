import type { FragmentId } from '#runtime/event/ids.ts'
import type { LoggedRecord } from '../refold/logged-record.ts'
import type { PlacedDecision } from '../refold/refold.ts'
import type { StepView } from './explain-view.ts'
import type { Knowledge } from './knowledge.ts'
import { hopsFrom, pathTo, wasSplitOff } from './paths.ts'
import { decisionView, identifierView, linkView } from './views.ts'

/** The shortest way of evidence between two of one profile; null: none is left, since a command keeps them together. */
export function explainPath(
  known: Knowledge,
  a: FragmentId,
  b: FragmentId,
): readonly StepView[] | null {
  const { state } = known.refolded
  const side = known.sideOf(a)
  const hops = hopsFrom(state, a, (id) => known.sideOf(id) === side || wasSplitOff(state, id))
  const path = pathTo(hops, a, b)
  return (
    path?.flatMap(({ from, to, linkId }) => {
      const record = known.recordOf(linkId)
      if (record === undefined) return []
      return [
        {
          from: identifierView(from),
          to: identifierView(to),
          link: linkView(record),
          decisions: decisionsOfStep(known, record, [from, to]).map(decisionView),
        },
      ]
    }) ?? null
  )
}

/** Those of the link; and where they did not join, that of the command which let it speak again. */
function decisionsOfStep(
  known: Knowledge,
  { linkId, fate, offset }: LoggedRecord,
  ends: readonly FragmentId[],
): readonly PlacedDecision[] {
  const own = known.decisionsOf(linkId)
  if (fate === 'merge' || fate === 'confirm') return own
  const later = known.refolded.decisions.find(
    ({ offset: at, decision: { identifiers, outcome, rule } }) =>
      at > offset &&
      rule === 'command' &&
      (outcome === 'merge' || outcome === 'unsplit') &&
      ends.some((id) => identifiers.includes(id)),
  )
  return later === undefined ? own : [...own, later]
}
