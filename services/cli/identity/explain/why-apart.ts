import { type FragmentId, typeOf } from '#runtime/event/ids.ts'
import { changeOf } from './what-would-change.ts'
import type { ApartView } from './explain-view.ts'
import { exclusionOf, type Knowledge } from './knowledge.ts'
import { type UnruledHop, unruledPath } from './unruled-path.ts'
import { commandView, identifierView, linkView } from './views.ts'

/**
 * Why two identifiers are not one person: the splits that keep their profiles apart, then what lies on the way that meets the fewest
 * obstacles when every record is taken at its word.
 */
export function whyApart(known: Knowledge, a: FragmentId, b: FragmentId): readonly ApartView[] {
  const splits = splitsBetween(known, a, b)
  const way = unruledPath(known.records, a, b, (id) => known.sideOf(id))
  if (way === null) return splits.length > 0 ? splits : [noEvidence]
  const reasons = [...splits]
  for (const hop of way) {
    const reason = obstacle(known, hop)
    if (reason !== null && !reasons.some((other) => isSame(other, reason))) reasons.push(reason)
  }
  return reasons.length > 0 ? reasons : [noEvidence]
}

const nothing = {
  rule: null,
  identifiers: [],
  links: [],
  decision_id: null,
  command: null,
} as const

const noEvidence: ApartView = {
  ...nothing,
  reason: 'no_evidence',
  why: 'Nothing connects them: no event named both, nor one that leads from the one to the other over others.',
  change: changeOf('no_evidence', null),
}

const isSame = (a: ApartView, b: ApartView): boolean =>
  a.reason === b.reason &&
  a.command?.command_id === b.command?.command_id &&
  a.identifiers.map(({ pseudonym }) => pseudonym).join() ===
    b.identifiers.map(({ pseudonym }) => pseudonym).join()

/** Splits of which the two profiles hold opposite sides. */
function splitsBetween(known: Knowledge, a: FragmentId, b: FragmentId): readonly ApartView[] {
  const { refolded } = known
  const barsOf = (id: FragmentId): ReadonlySet<string> =>
    new Set(refolded.membersWith(id).flatMap((member) => refolded.state.node(member)?.bars ?? []))
  const others = barsOf(b)
  return [...barsOf(a)].flatMap((bar) => {
    const opposite = `${bar.startsWith('0') ? '1' : '0'}${bar.slice(1)}`
    const split = others.has(opposite) ? known.splitOf(bar) : undefined
    if (split?.record.kind !== 'command') return []
    const command = commandView(split.record)
    return [
      {
        ...nothing,
        reason: 'split' as const,
        rule: 'command',
        identifiers: command.identifiers,
        links: [linkView(split)],
        decision_id: known.decisionsOf(split.linkId)[0]?.decision.id ?? null,
        command,
        why: `${command.by} split them${because(command.reason)}.`,
        change: changeOf('split', command.command_id),
      },
    ]
  })
}

const because = (reason: string): string => (reason === '' ? '' : `: ${reason}`)

/** What is in the way of one step; null: nothing is. */
function obstacle(known: Knowledge, hop: UnruledHop): ApartView | null {
  const { from, to, record } = hop
  if (hop.junk) return junk(hop)
  if (known.sideOf(from) === known.sideOf(to)) return null
  for (const id of [from, to])
    if ((known.refolded.state.node(id)?.excluded ?? null) !== null) return excluded(known, id, hop)
  const [barred] = splitsBetween(known, from, to)
  if (barred !== undefined) return barred
  const refusal = known
    .decisionsOf(record.linkId)
    .findLast(({ decision }) => decision.outcome === 'refuse' || decision.outcome === 'demote')
  if (refusal !== undefined) {
    const { rule } = refusal.decision
    return {
      ...nothing,
      reason: 'refused',
      rule,
      identifiers: inConflict(known, rule, from, to).map(identifierView),
      links: [linkView(record)],
      decision_id: refusal.decision.id,
      why: `One event names both sides, and the rule ${rule} forbids it to join them.`,
      change: changeOf('refused', rule),
    }
  }
  const parted = partedBy(known, from, to)
  const aged = known.refolded.state.evidence(record.linkId) === undefined
  return {
    ...nothing,
    reason: aged ? 'aged' : 'parted',
    rule: aged ? 'link_lifetime' : (parted?.decision.rule ?? null),
    identifiers: [from, to].map(identifierView),
    links: [linkView(record)],
    decision_id: parted?.decision.id ?? null,
    why: aged
      ? 'What connected them was not seen again within the lifetime of links.'
      : 'They were one person, and a later decision parted them.',
    change: changeOf(aged ? 'aged' : 'parted', null),
  }
}

function junk({ from, to, record }: UnruledHop): ApartView {
  const flagged =
    record.record.kind === 'link'
      ? record.record.identifiers.filter(
          ({ id, blocked }) => blocked !== null && (id === from || id === to),
        )
      : []
  const rule = flagged[0]?.blocked ?? null
  return {
    ...nothing,
    reason: 'blocked',
    rule,
    identifiers: flagged.map(({ id }) => identifierView(id)),
    links: [linkView(record)],
    why: `They share only a value that is junk by the rule ${rule ?? '?'}: it is no evidence of anybody.`,
    change: changeOf('blocked', rule),
  }
}

function excluded(known: Knowledge, id: FragmentId, { record }: UnruledHop): ApartView {
  const rule = known.refolded.state.node(id)?.excluded ?? null
  return {
    ...nothing,
    reason: 'excluded',
    rule,
    identifiers: [identifierView(id)],
    links: [linkView(record)],
    decision_id: exclusionOf(known, id)?.decision.id ?? null,
    why:
      rule === 'ambiguous_device'
        ? 'What connects them is a device that more than one person uses: it is no evidence any more.'
        : 'What connects them is a value that linked more profiles than anybody meets: it is no evidence any more.',
    change: changeOf('excluded', rule),
  }
}

/** Those of both profiles that a rule about a type keeps apart; of a rule about sizes the two themselves. */
function inConflict(
  { refolded }: Knowledge,
  rule: string,
  from: FragmentId,
  to: FragmentId,
): readonly FragmentId[] {
  const [, type] = rule.split(':')
  if (type === undefined) return [from, to]
  return [...refolded.membersWith(from), ...refolded.membersWith(to)].filter(
    (id) => typeOf(id) === type,
  )
}

/** The last decision that parted profiles and names one of the two. */
const partedBy = (
  { refolded }: Knowledge,
  from: FragmentId,
  to: FragmentId,
): Knowledge['refolded']['decisions'][number] | undefined =>
  refolded.decisions.findLast(
    ({ decision }) =>
      decision.after.length > decision.before.length &&
      (decision.identifiers.includes(from) || decision.identifiers.includes(to)),
  )
