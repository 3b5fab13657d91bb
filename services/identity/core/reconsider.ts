import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { drop, joinComponents } from './components.ts'
import type { CommandCause } from './effects.ts'
import { dropEvidence, evidenceOf } from './evidence.ts'
import { admitAgain } from './exclusion.ts'
import { componentOf, decide, findNode, type Fold, membersOf, nodeOf, replaceNode } from './fold.ts'
import { groupsBy } from './groups.ts'
import { isOver } from './lifetime.ts'
import { see, settleEvidence, usableOf } from './link.ts'
import { plan } from './plan.ts'
import { type Bar, type Evidence, isCommand, newNode } from './state.ts'

/**
 * Decides anew upon the evidence of the profiles that are named: all that was ever said of their identifiers speaks once more, in its
 * order and at its times, under the policy in force. What operators parted stays parted, what they merged stays merged, and evidence
 * that outlived the links' lifetime is silent. Homes hear only of what is another profile in the end.
 */
export function reconsider(fold: Fold, named: readonly FragmentId[], cause: CommandCause): void {
  const { state } = fold
  const components = new Set(named.map((id) => componentOf(fold, id)))
  const scope = [...components].flatMap((id) => membersOf(fold, id))
  const formerly = new Map(scope.map((id) => [id, componentOf(fold, id)]))
  const evidence = evidenceThatSpeaks(fold, scope)
  const counted = { ...state.meta.counters }
  const again: Fold = { ...fold, effects: [], moved: new Map(formerly) }

  for (const [linkId, said] of evidence) dropEvidence(fold, linkId, said)
  for (const component of new Set(formerly.values())) drop(fold, component)
  for (const id of scope) makeAlone(again, id)
  for (const rest of restsOfSplits(again, formerly)) holdTogether(again, rest)
  for (const [linkId, said] of evidence) {
    if (isOver(again, said.seenAt) && !isCommand(said)) continue
    // What a merge could not join then it does not join now; what it did join is evidence by the operator's word.
    const isMerge = said.kind === 'merge'
    const usable = usableOf(again, isMerge ? said.ids : [...said.ids, ...said.others])
    for (const id of usable) see(again, id, said)
    if (isMerge) for (const id of usable) admitAgain(again, id)
    settleEvidence(again, linkId, { ...said, ids: [], others: isMerge ? said.others : [] }, usable)
  }

  Object.assign(state.meta.counters, counted)
  tell(fold, again.moved ?? formerly, cause)
}

/** Links, and merges by operators, that name one of these, oldest first. */
function evidenceThatSpeaks(
  fold: Fold,
  scope: readonly FragmentId[],
): readonly (readonly [linkId: string, evidence: Evidence])[] {
  const found = new Map<string, Evidence>()
  for (const id of scope)
    for (const [linkId, said] of evidenceOf(fold.state, id, ['joins', 'named']))
      if (!isCommand(said) || said.kind === 'merge') found.set(linkId, said)
  return [...found].toSorted(([a, x], [b, y]) => x.offset - y.offset || (a < b ? -1 : 1))
}

/** As it was before any evidence named it, but for what operators and erasures said. */
function makeAlone(fold: Fold, id: FragmentId): void {
  const { first, erasedAt, bars } = nodeOf(fold, id)
  replaceNode(fold, id, { ...newNode(id, first, epochMs(0)), erasedAt, bars })
}

const isRest = (bar: Bar): boolean => bar.startsWith('1')

/** Who stayed together by an operator's word when somebody was split off, as far as they are one profile still. */
function restsOfSplits(
  fold: Fold,
  formerly: ReadonlyMap<FragmentId, FragmentId>,
): readonly (readonly FragmentId[])[] {
  const rests = new Map<string, FragmentId[]>()
  for (const [id, component] of formerly)
    for (const bar of nodeOf(fold, id).bars.filter(isRest)) {
      const key = `${component} ${bar}`
      const others = rests.get(key)
      if (others === undefined) rests.set(key, [id])
      else others.push(id)
    }
  return [...rests.values()].filter((rest) => rest.length > 1)
}

function holdTogether(fold: Fold, ids: readonly FragmentId[]): void {
  const facts = { at: fold.state.meta.clock, named: ids }
  const { components } = plan(fold, facts, usableOf(fold, ids), true).plan
  if (components.length > 1) joinComponents(fold, components)
}

/** The assignments that differ from before, and one decision for each group of profiles that exchanged identifiers. */
function tell(
  fold: Fold,
  formerly: ReadonlyMap<FragmentId, FragmentId>,
  cause: CommandCause,
): void {
  const changed: FragmentId[] = []
  for (const [id, before] of formerly) {
    const component = findNode(fold, id)?.component ?? id
    if (component === before) continue
    changed.push(id)
    fold.state.meta.counters.assignments += 1
    fold.effects.push({ kind: 'assign', fragment: id, profile: fold.birthProfileId(component) })
  }
  const profilesOfOne = (id: FragmentId): readonly string[] => [
    `before ${formerly.get(id)}`,
    `after ${componentOf(fold, id)}`,
  ]
  for (const group of groupsBy(formerly.keys(), profilesOfOne)) {
    const before = new Set(group.map((id) => formerly.get(id) ?? id))
    const after = new Set(group.map((id) => componentOf(fold, id)))
    const moved = group.filter((id) => componentOf(fold, id) !== formerly.get(id))
    if (moved.length === 0) continue
    decide(fold, {
      ...cause,
      outcome: after.size > before.size ? 'split' : 'merge',
      identifiers: moved,
      demoted: [],
      before: Array.from(before, fold.birthProfileId),
      after: Array.from(after, fold.birthProfileId),
    })
  }
  if (changed.length > 0) return
  const profiles = Array.from(new Set(formerly.values()), fold.birthProfileId)
  decide(fold, {
    ...cause,
    outcome: 'refuse',
    identifiers: [...formerly.keys()],
    demoted: [],
    before: profiles,
    after: profiles,
  })
}
