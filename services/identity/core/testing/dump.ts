import type { FragmentId } from '#runtime/event/ids.ts'
import type { LinkerState } from '../state.ts'

/** Everything that a state says about identifiers, as text: equal states give equal bytes, whatever holds them. */
export function dumpState(state: LinkerState, ids: Iterable<FragmentId>): string {
  const nodes = [...new Set(ids)].toSorted().map((id) => {
    const links = (['joins', 'named'] as const).map((role) =>
      [...state.linksOf(id, role)].toSorted(),
    )
    const evidence = [...new Set(links.flat())].toSorted().map((linkId) => {
      const said = state.evidence(linkId)
      return [linkId, said, said && state.linkOfSet(`${said.kind} ${said.ids.join(' ')}`)]
    })
    return { id, node: state.node(id), component: state.component(id), links, evidence }
  })
  return JSON.stringify([state.meta, nodes], (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
