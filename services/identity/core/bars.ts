import { type FragmentId, typeOf } from '#runtime/event/ids.ts'
import { refreshBars, writeParts } from './components.ts'
import type { CommandCause } from './effects.ts'
import { evidenceOf, partition } from './evidence.ts'
import { componentOf, decide, type Fold, membersOf, nodeOf, profilesOf } from './fold.ts'
import { assertedBy, clearOf, joinByRules } from './link.ts'
import { addingBar, distinctBars } from './split-bars.ts'
import type { Bar } from './state.ts'

/** Of each split that stands between these components, the rest's side forgets it. */
export function liftBars(fold: Fold, components: readonly FragmentId[]): void {
  const members = components.flatMap((id) => membersOf(fold, id))
  const bars = new Set(distinctBars(members.map((id) => nodeOf(fold, id).bars)))
  const lifted = new Set(
    [...bars].filter((bar) => bar.startsWith('1') && bars.has(`0${bar.slice(1)}`)),
  )
  if (lifted.size === 0) return
  removeBars(fold, members, lifted)
}

function removeBars(fold: Fold, ids: readonly FragmentId[], bars: ReadonlySet<Bar>): void {
  for (const id of ids) {
    const node = nodeOf(fold, id)
    if (!node.bars.some((bar) => bars.has(bar))) continue
    node.bars = node.bars.filter((bar) => !bars.has(bar))
    fold.state.putNode(id, node)
  }
  for (const component of new Set(ids.map((id) => componentOf(fold, id))))
    refreshBars(fold, component)
}

/**
 * Detaches what is named from the rest of its profile. The rest stays one, whatever held it together; what is detached keeps together
 * what its own evidence connects, so that taking back a merge gives both sides as they were.
 */
export function split(
  fold: Fold,
  named: readonly FragmentId[],
  commandId: string,
  cause: CommandCause,
): void {
  const before = profilesOf(fold, named)
  const away = new Set(named)
  const left: FragmentId[] = []
  // Numbered by the first that is named of each, so that what it is called does not depend on who the others are.
  const components = new Map<FragmentId, number>()
  for (const [number, id] of named.entries()) {
    const component = componentOf(fold, id)
    if (!components.has(component)) components.set(component, number)
  }
  for (const [component, number] of components) {
    const members = membersOf(fold, component)
    const rest = members.filter((id) => !away.has(id))
    if (rest.length === 0) continue
    const detach = addingBar(`0${commandId}/${number}`)
    const leave = addingBar(`1${commandId}/${number}`)
    for (const id of members) {
      const node = nodeOf(fold, id)
      node.bars = away.has(id) ? detach(node.bars) : leave(node.bars)
      fold.state.putNode(id, node)
    }
    const detached = members.filter((id) => away.has(id))
    writeParts(fold, component, [rest, ...partition(fold, detached, new Set(rest))])
    left.push(...rest)
  }
  decide(fold, {
    ...cause,
    outcome: 'split',
    identifiers: named,
    demoted: [],
    before,
    after: profilesOf(fold, [...named, ...left]),
  })
}

/**
 * Lifts the splits of what is named, and lets its evidence speak again, under the rules of now. What was one profile when it was split is
 * one again, whatever joined it then, unless either side has got another value of a unique type since.
 */
export function unsplit(fold: Fold, named: readonly FragmentId[], cause: CommandCause): void {
  const said = named.flatMap((id) => evidenceOf(fold.state, id, ['joins']))
  const concerned = [...new Set([...named, ...said.flatMap(([, { ids }]) => ids)])]
  const before = profilesOf(fold, concerned)
  const bars = new Set(
    named.flatMap((id) => nodeOf(fold, id).bars.filter((bar) => bar.startsWith('0'))),
  )
  const uniquesOf = uniquesByComponent(fold)
  const reunited = new Set(concerned.filter((id) => isAsItWasSplit(fold, id, bars, uniquesOf)))
  removeBars(fold, named, bars)
  for (const id of named)
    for (const [, evidence] of evidenceOf(fold.state, id, ['joins'])) {
      const ids = clearOf(fold, evidence.ids)
      const facts = { at: fold.state.meta.clock, named: ids }
      const again = reunited.has(id) ? ids.filter((other) => reunited.has(other)) : []
      const asserted = [...new Set([...assertedBy(fold, evidence.kind, ids), ...again])]
      // A device that turns out to be shared is the command's decision: the link has decisions of its own.
      joinByRules(fold, { linkId: cause.linkId, evidence, facts }, ids, asserted)
    }
  decide(fold, {
    ...cause,
    outcome: 'unsplit',
    identifiers: named,
    demoted: [],
    before,
    after: profilesOf(fold, concerned),
  })
}

/** Whether an identifier stands on a side of one of these splits, in a profile that has got no value of a unique type since. */
function isAsItWasSplit(
  fold: Fold,
  id: FragmentId,
  bars: ReadonlySet<Bar>,
  uniquesOf: (component: FragmentId) => readonly FragmentId[],
): boolean {
  const sides = nodeOf(fold, id).bars.filter((bar) => bars.has(`0${bar.slice(1)}`))
  if (sides.length === 0) return false
  const uniques = uniquesOf(componentOf(fold, id))
  return sides.some((side) => uniques.every((unique) => nodeOf(fold, unique).bars.includes(side)))
}

/** Values of unique types in a component, which is walked once. */
function uniquesByComponent(fold: Fold): (component: FragmentId) => readonly FragmentId[] {
  const known = new Map<FragmentId, readonly FragmentId[]>()
  return (component) => {
    const before = known.get(component)
    if (before !== undefined) return before
    const uniques = membersOf(fold, component).filter((id) => fold.policy.isUnique(typeOf(id)))
    known.set(component, uniques)
    return uniques
  }
}
