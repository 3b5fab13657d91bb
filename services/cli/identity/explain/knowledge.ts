import type { FragmentId } from '#runtime/event/ids.ts'
import type { LoggedRecord } from '../refold/logged-record.ts'
import type { PlacedDecision, Refolded } from '../refold/refold.ts'

/** What an explanation is made of: the records, what the linker makes of them, and both by their ids. */
export interface Knowledge {
  readonly records: readonly LoggedRecord[]
  readonly refolded: Refolded
  /** The representative of an identifier's profile. */
  sideOf(id: FragmentId): FragmentId
  recordOf(linkId: string): LoggedRecord | undefined
  decisionsOf(linkId: string): readonly PlacedDecision[]
  /** The split that a bar comes of. */
  splitOf(bar: string): LoggedRecord | undefined
}

export function knowledgeOf(records: readonly LoggedRecord[], refolded: Refolded): Knowledge {
  const byId = new Map(records.map((record) => [record.linkId, record]))
  const decisions = Map.groupBy(refolded.decisions, ({ decision }) => decision.linkId)
  return {
    records,
    refolded,
    sideOf: (id) => refolded.state.node(id)?.component ?? id,
    recordOf: (linkId) => byId.get(linkId),
    decisionsOf: (linkId) => decisions.get(linkId) ?? [],
    // `0<command>/<number>`
    splitOf: (bar) => byId.get(`command:${bar.slice(1, bar.lastIndexOf('/'))}`),
  }
}

/** The decision by which an identifier became no evidence; undefined: it is evidence. */
export function exclusionOf({ refolded }: Knowledge, id: FragmentId): PlacedDecision | undefined {
  const rule = refolded.state.node(id)?.excluded ?? null
  if (rule === null) return undefined
  return refolded.decisions.findLast(
    ({ decision }) =>
      decision.rule === rule && decision.identifiers.length === 1 && decision.demoted[0] === id,
  )
}
