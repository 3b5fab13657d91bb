import { type EpochMs, epochMs, type FragmentId, typeOf } from '#runtime/event/ids.ts'
import type { ExpireRecord } from '#runtime/log/links.ts'
import { forgetCompany } from './ambiguity.ts'
import { drop } from './components.ts'
import { dropEvidence, evidenceOf } from './evidence.ts'
import { componentOf, findNode, type Fold, membersOf, nodeOf, replaceNode } from './fold.ts'
import { type Evidence, isCommand, newNode, none } from './state.ts'

/** An operator's word from so shortly before the owner asked may not have reached it. More than any message is under way. */
const underWayMs = 86_400_000

/** What the members of silent profiles have to say about each other, and nobody else does. */
type Inside = ReadonlyMap<string, Evidence>

/**
 * Lets a profile end that its owner found silent, unless that is no longer so: somebody known has joined, or a link came in between. Its identifiers
 * are told to forget; links and records about them alone go, and they start anew. The question goes from the log as well: it has its answer.
 */
export function foldExpire(fold: Fold, record: ExpireRecord, key: string): void {
  const { effects, state } = fold
  const components = [...new Set(record.fragments.map((id) => componentOf(fold, id)))]
  const members = components.flatMap((id) => [...membersOf(fold, id)])
  const inside = evidenceInside(fold, members)
  if (isOver(record, members, inside)) {
    for (const [linkId, evidence] of inside) {
      dropEvidence(fold, linkId, evidence)
      for (const each of evidence.keys)
        effects.push({ kind: 'tombstone', key: each, offset: evidence.offset })
    }
    state.leaveResidue()
    for (const component of components) drop(fold, component)
    for (const id of members) forget(fold, id, record.receivedAt)
  }
  effects.push({ kind: 'tombstone', key })
}

function evidenceInside(fold: Fold, members: readonly FragmentId[]): Inside {
  const own = new Set(members)
  const inside = new Map<string, Evidence>()
  for (const id of members)
    for (const [linkId, evidence] of evidenceOf(fold.state, id, ['joins', 'named']))
      if ([...evidence.ids, ...evidence.others].every((other) => own.has(other)))
        inside.set(linkId, evidence)
  return inside
}

function isOver(
  { types, receivedAt, logTime }: ExpireRecord,
  members: readonly FragmentId[],
  inside: Inside,
): boolean {
  if (!members.every((id) => types.includes(typeOf(id)))) return false
  for (const evidence of inside.values())
    if (
      isCommand(evidence)
        ? evidence.seenAt > logTime - underWayMs
        : evidence.receivedAt > receivedAt
    )
      return false
  return true
}

/** Alone from here on. What others say of it stays, and with it what that means: that it is shared, or split off. */
function forget(fold: Fold, id: FragmentId, receivedAt: EpochMs): void {
  const { state, effects } = fold
  const known = findNode(fold, id)
  effects.push({ kind: 'expire', fragment: id, newestReceivedAt: receivedAt })
  const isNamed = state.linksOf(id, 'joins').length > 0 || state.linksOf(id, 'named').length > 0
  const node =
    known !== undefined && (isNamed || known.bars.length > 0)
      ? nodeOf(fold, id)
      : newNode(id, -1, epochMs(0))
  if (node.first < 0 && known !== undefined && known.first >= 0) state.meta.sizes.identifiers -= 1
  node.component = id
  node.met = none
  node.erasedAt =
    receivedAt > (known?.erasedAt ?? -1) ? receivedAt : (known?.erasedAt ?? receivedAt)
  replaceNode(fold, id, node)
  forgetCompany(fold, id)
}
