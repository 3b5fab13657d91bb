import type { FragmentId } from '#runtime/event/ids.ts'
import type { CommandRecord } from '#runtime/log/links.ts'
import { joinComponents, refreshBars, writeParts } from './components.ts'
import type { Decision } from './effects.ts'
import { erase } from './erase.ts'
import { evidenceOf, keepEvidence, partition } from './evidence.ts'
import {
  componentOf,
  decide,
  findNode,
  type Fold,
  membersOf,
  nodeOf,
  profilesOf,
  replaceNode,
} from './fold.ts'
import { assertedBy, joinByRules } from './link.ts'
import { admit, breachOf, newPlan } from './rules.ts'
import { type Bar, type Evidence, newNode } from './state.ts'

/** Commands share the table of evidence with links; the id of a link never starts so. */
const evidenceId = ({ commandId }: CommandRecord): string => `command:${commandId}`

/** Folds an operator's command. A repeated command id does nothing. */
export function foldCommand(fold: Fold, command: CommandRecord, key: string): void {
  const { state } = fold
  const known = state.evidence(evidenceId(command))
  if (known) {
    if (known.keys.includes(key)) return
    known.keys.push(key)
    state.putEvidence(evidenceId(command), known)
    return
  }
  state.meta.counters.commands += 1
  const named = [...new Set(command.fragments)]
  for (const id of named) {
    const node = findNode(fold, id) ?? newNode(id, fold.offset, command.at)
    if (node.first < 0) node.first = fold.offset
    replaceNode(fold, id, node)
  }
  const evidence: Evidence = {
    ids: [],
    others: [],
    eventId: command.commandId,
    source: `operator:${command.by}`,
    offset: fold.offset,
    receivedAt: command.at,
    seenAt: command.at,
    kind: command.action === 'merge' ? 'merge' : 'parting',
    keys: [key],
  }
  switch (command.action) {
    case 'merge':
      merge(fold, command, named, evidence)
      break
    case 'split':
      split(fold, command, named)
      evidence.others = named
      break
    case 'unsplit':
      unsplit(fold, command, named)
      evidence.others = named
      break
    case 'erase':
      erase(fold, named, command.at)
      decide(fold, {
        ...causeOf(command),
        outcome: 'erase',
        identifiers: [],
        demoted: [],
        before: [],
        after: [],
      })
      break
    default:
      command satisfies never
  }
  keepEvidence(state, evidenceId(command), evidence)
}

const causeOf = (
  command: CommandRecord,
): Pick<Decision, 'at' | 'rule' | 'linkId' | 'evidence' | 'source'> => ({
  at: command.at,
  rule: 'command',
  linkId: evidenceId(command),
  evidence: [command.commandId],
  source: `operator:${command.by}`,
})

/** Joins what is named, over bars and, where the policy lets operators, over unique types and limits. The cap holds for everyone. */
function merge(
  fold: Fold,
  command: CommandRecord,
  named: readonly FragmentId[],
  evidence: Evidence,
): void {
  const before = profilesOf(fold, named)
  const facts = { at: fold.state.meta.clock, named: new Set(named) }
  const authority = fold.policy.isAuthoritative('operator')
  const growing = newPlan()
  const refused: { id: FragmentId; rule: string }[] = []
  for (const id of named) {
    const breach = breachOf(fold, { ...growing, bars: new Set() }, id, facts, authority)
    if (breach)
      refused.push({
        id,
        rule: breach.type === null ? breach.rule : `${breach.rule}:${breach.type}`,
      })
    else admit(fold, growing, id)
  }
  for (const id of growing.accepted) {
    const node = nodeOf(fold, id)
    if (!node.ambiguous) continue
    node.ambiguous = false
    fold.state.putNode(id, node)
  }
  liftBars(fold, growing.components)
  if (growing.components.length > 1) {
    joinComponents(fold, growing.components)
    fold.state.meta.counters.merges += 1
  }
  const demoted = refused.map(({ id }) => id)
  decide(fold, {
    ...causeOf(command),
    ...(refused[0] && { rule: refused[0].rule }),
    outcome: growing.accepted.length > 1 ? 'merge' : 'refuse',
    identifiers: named,
    demoted,
    before,
    after: profilesOf(fold, named),
  })
  evidence.ids = growing.accepted
  evidence.others = demoted
}

/** Of each split that stands between these components, the rest's side forgets it. */
function liftBars(fold: Fold, components: readonly FragmentId[]): void {
  const members = components.flatMap((id) => membersOf(fold, id))
  const bars = new Set(members.flatMap((id) => nodeOf(fold, id).bars))
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
function split(fold: Fold, command: CommandRecord, named: readonly FragmentId[]): void {
  const before = profilesOf(fold, named)
  const away = new Set(named)
  const left: FragmentId[] = []
  const components = new Set(named.map((id) => componentOf(fold, id)))
  for (const [number, component] of [...components].entries()) {
    const members = membersOf(fold, component)
    const rest = members.filter((id) => !away.has(id))
    if (rest.length === 0) continue
    for (const id of members) {
      const node = nodeOf(fold, id)
      node.bars = [...node.bars, `${away.has(id) ? '0' : '1'}${command.commandId}/${number}`]
      fold.state.putNode(id, node)
    }
    const detached = members.filter((id) => away.has(id))
    writeParts(fold, component, [rest, ...partition(fold, detached, new Set(rest))])
    left.push(...rest)
  }
  decide(fold, {
    ...causeOf(command),
    outcome: 'split',
    identifiers: named,
    demoted: [],
    before,
    after: profilesOf(fold, [...named, ...left]),
  })
}

/** Lifts the splits of what is named, and lets its evidence speak again, under the rules of now. */
function unsplit(fold: Fold, command: CommandRecord, named: readonly FragmentId[]): void {
  const before = profilesOf(fold, named)
  const bars = new Set(
    named.flatMap((id) => nodeOf(fold, id).bars.filter((bar) => bar.startsWith('0'))),
  )
  removeBars(fold, named, bars)
  for (const id of named)
    for (const [linkId, evidence] of evidenceOf(fold.state, id, ['joins'])) {
      const facts = { at: fold.state.meta.clock, named: new Set(evidence.ids) }
      joinByRules(
        fold,
        { linkId, evidence, facts },
        evidence.ids,
        assertedBy(fold, evidence.kind, evidence.ids),
      )
    }
  decide(fold, {
    ...causeOf(command),
    outcome: 'unsplit',
    identifiers: named,
    demoted: [],
    before,
    after: profilesOf(fold, named),
  })
}
