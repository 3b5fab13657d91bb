import type { FragmentId } from '#runtime/event/ids.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import type { ExplainedProfileView, MemberView, SetAsideView } from './explain-view.ts'
import { exclusionOf, type Knowledge } from './knowledge.ts'
import { type Hop, hopsFrom, wasSplitOff } from './paths.ts'
import { commandView, identifierView, linkView, namedBy } from './views.ts'

/** Links that are shown for one value that is no evidence; a busy device has thousands. */
const linksShownMax = 5

/** The profile of an identifier: who belongs to it and why, and what was set aside. */
export function explainProfile(known: Knowledge, id: FragmentId): ExplainedProfileView {
  const { refolded } = known
  const root = known.sideOf(id)
  const members = refolded.membersWith(id)
  return {
    profile_id: birthProfileId(root),
    born_from: identifierView(root),
    aliases: members
      .filter((member) => member !== root)
      .map((member) => birthProfileId(member))
      .toSorted(),
    members: explainMembers(known, root, members),
    excluded: excludedBeside(known, members),
    blocked: junkBeside(known, members),
    splits: splitsOf(known, members),
  }
}

/** The one that the profile was born from, then the others as the evidence leads to them. */
function explainMembers(
  known: Knowledge,
  root: FragmentId,
  members: readonly FragmentId[],
): readonly MemberView[] {
  const inside = new Set(members)
  const hops = hopsFrom(
    known.refolded.state,
    root,
    (id) => inside.has(id) || wasSplitOff(known.refolded.state, id),
  )
  const order = new Map([...hops.keys()].map((id, place) => [id, place + 1]))
  order.set(root, 0)
  const placeOf = (id: FragmentId): number => order.get(id) ?? Number.POSITIVE_INFINITY
  return [...members]
    .toSorted((a, b) => (placeOf(a) === placeOf(b) ? (a < b ? -1 : 1) : placeOf(a) - placeOf(b)))
    .map((id) => explainMember(known, id, root, hops.get(id)))
}

function explainMember(
  known: Knowledge,
  id: FragmentId,
  root: FragmentId,
  hop: Hop | undefined,
): MemberView {
  const record = hop === undefined ? undefined : known.recordOf(hop.linkId)
  return {
    ...identifierView(id),
    birth_profile_id: birthProfileId(id),
    held_by:
      hop === undefined || record === undefined
        ? null
        : { with: identifierView(hop.from), link: linkView(record) },
    kept_by: hop === undefined && id !== root ? keptBy(known, id) : null,
  }
}

/** The newest split in whose rest it was: the rest stays one, whatever held it together. */
function keptBy(known: Knowledge, id: FragmentId): MemberView['kept_by'] {
  const bar = known.refolded.state.node(id)?.bars.findLast((one) => one.startsWith('1'))
  const split = bar === undefined ? undefined : known.splitOf(bar)
  return split?.record.kind === 'command' ? commandView(split.record) : null
}

function excludedBeside(known: Knowledge, members: readonly FragmentId[]): readonly SetAsideView[] {
  const { records, refolded } = known
  const inside = new Set(members)
  const excluded = new Map<FragmentId, SetAsideView>()
  for (const record of records) {
    const named = namedBy(record)
    if (record.record.kind !== 'link' || !named.some((id) => inside.has(id))) continue
    for (const id of named) {
      const rule = refolded.state.node(id)?.excluded ?? null
      if (rule === null) continue
      const seen = excluded.get(id)
      excluded.set(id, {
        ...identifierView(id),
        rule,
        decision_id: exclusionOf(known, id)?.decision.id ?? null,
        links: [...(seen?.links ?? []), linkView(record)].slice(0, linksShownMax),
      })
    }
  }
  return [...excluded.values()]
}

function junkBeside(
  { records }: Knowledge,
  members: readonly FragmentId[],
): readonly SetAsideView[] {
  const inside = new Set(members)
  const junk = new Map<FragmentId, SetAsideView>()
  for (const logged of records) {
    const { record } = logged
    if (record.kind !== 'link' || !record.identifiers.some(({ id }) => inside.has(id))) continue
    for (const { id, blocked } of record.identifiers) {
      if (blocked === null) continue
      const seen = junk.get(id)
      junk.set(id, {
        ...identifierView(id),
        rule: blocked,
        decision_id: null,
        links: [...(seen?.links ?? []), linkView(logged)].slice(0, linksShownMax),
      })
    }
  }
  return [...junk.values()]
}

function splitsOf(
  known: Knowledge,
  members: readonly FragmentId[],
): ExplainedProfileView['splits'] {
  const bars = new Set(members.flatMap((id) => known.refolded.state.node(id)?.bars ?? []))
  const splits = new Set(
    [...bars].flatMap((bar) => {
      const split = known.splitOf(bar)
      return split === undefined ? [] : [split]
    }),
  )
  return [...splits].flatMap(({ record }) =>
    record.kind === 'command' ? [commandView(record)] : [],
  )
}
