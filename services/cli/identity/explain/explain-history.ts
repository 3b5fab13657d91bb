import type { FragmentId } from '#runtime/event/ids.ts'
import type { DecisionView } from './explain-view.ts'
import type { Knowledge } from './knowledge.ts'
import { decisionView, namedBy } from './views.ts'

/** What was named beside members, and is no evidence: the decision on it is part of their history. */
const excludedBeside = (
  { records, refolded }: Knowledge,
  members: readonly FragmentId[],
): readonly FragmentId[] => {
  const inside = new Set(members)
  return records
    .map(namedBy)
    .filter((named) => named.some((id) => inside.has(id)))
    .flat()
    .filter((id) => (refolded.state.node(id)?.excluded ?? null) !== null)
}

/** Decisions about anybody of these, oldest first. */
export function explainHistory(
  known: Knowledge,
  members: readonly FragmentId[],
): readonly DecisionView[] {
  const concerned = new Set([...members, ...excludedBeside(known, members)])
  return known.refolded.decisions
    .filter(({ decision: { identifiers } }) => identifiers.some((id) => concerned.has(id)))
    .map(decisionView)
}
