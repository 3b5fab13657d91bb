import type { FragmentId } from '#runtime/event/ids.ts'
import type { CommandRecord } from '#runtime/log/links.ts'
import { liftBars, split, unsplit } from './bars.ts'
import { joinComponents } from './components.ts'
import type { CommandCause } from './effects.ts'
import { erase } from './erase.ts'
import { keepEvidence } from './evidence.ts'
import { admitAgain } from './exclusion.ts'
import { decide, findNode, type Fold, metNode, profilesOf, replaceNode } from './fold.ts'
import { reconsider } from './reconsider.ts'
import { admit, breachOf, newPlan } from './rules.ts'
import type { Evidence } from './state.ts'

/** Commands share the table of evidence with links; the id of a link never starts so. */
export const commandEvidenceId = (commandId: string): string => `command:${commandId}`

const evidenceId = ({ commandId }: CommandRecord): string => commandEvidenceId(commandId)

/** Folds an operator's command. A repeated command id does nothing, nor does what was said of somebody before she was erased. */
export function foldCommand(fold: Fold, command: CommandRecord, key: string): void {
  const { state } = fold
  const known = state.evidence(evidenceId(command))
  if (known) {
    if (known.keys.includes(key)) return
    known.keys.push(key)
    state.putEvidence(evidenceId(command), known)
    return
  }
  if (command.action !== 'erase' && namesErased(fold, command)) {
    // It comes again after an erasure that took it away.
    fold.effects.push({ kind: 'tombstone', key })
    return
  }
  state.meta.counters.commands += 1
  const named = [...new Set(command.fragments)]
  for (const id of named) replaceNode(fold, id, metNode(fold, id, fold.offset, command.at))
  const evidence: Evidence = {
    ids: [],
    others: [],
    eventId: command.commandId,
    source: `operator:${command.by}`,
    offset: fold.offset,
    receivedAt: command.at,
    seenAt: command.at,
    kind: command.action,
    keys: [key],
  }
  switch (command.action) {
    case 'merge':
      merge(fold, command, named, evidence)
      break
    case 'split':
      split(fold, named, command.commandId, causeOf(command))
      evidence.others = named
      break
    case 'unsplit':
      unsplit(fold, named, causeOf(command))
      evidence.others = named
      break
    case 'reconsider':
      reconsider(fold, named, causeOf(command))
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
      command.action satisfies never
  }
  keepEvidence(state, evidenceId(command), evidence)
}

const namesErased = (fold: Fold, { fragments, at }: CommandRecord): boolean =>
  fragments.some((id) => at <= (findNode(fold, id)?.erasedAt ?? -1))

const causeOf = (command: CommandRecord): CommandCause => ({
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
  const facts = { at: fold.state.meta.clock, named: named }
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
  for (const id of growing.accepted) admitAgain(fold, id)
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
