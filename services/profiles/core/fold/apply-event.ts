import type { RoutedEvent } from '#runtime/event/event.ts'
import { type EpochMs, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { RawPlace } from '#runtime/log/messages.ts'
import type { MachineReason } from '#runtime/machines/rules.ts'
import { answersWithRoom } from '../consent/room.ts'
import { applyEvent } from '../content/apply-event.ts'
import { emptyContent } from '../content/content.ts'
import { observeEvent } from '../machines/observe-event.ts'
import type { FoldCounters, Fragment, FragmentContent } from '../state.ts'
import {
  definitionInForce,
  type FoldContext,
  nextEffectPosition,
  ownPartition,
  type Rejected,
} from './context.ts'
import { addConsentRows, addEventRow, addIdentifierRow } from './add-rows.ts'
import { markDirty } from './members.ts'
import { settle } from './timers.ts'
import { givenNow, touch } from './touch.ts'

/** An event, at the home of its fragment. `place`: where it was first read from, when it is fed from `events`. */
export function foldEvent(
  context: FoldContext,
  event: RoutedEvent,
  place?: RawPlace,
): Rejected | undefined {
  if (event.fragment === null) return foldUnattributed(context, event, place)
  const { state } = context
  const { counters, clock } = state.meta
  const id = event.fragment
  const birth = context.birthId(id)
  const known = state.fragment(id)
  // What is known here has its home here.
  if (known === undefined && !ownPartition(context, birth))
    return { reason: 'misrouted', detail: `the event's fragment has its home elsewhere` }
  const fragment = known ?? newFragment(birth)
  if (event.receivedAt <= fragment.erasedAt) {
    counters.suppressed++
    return undefined
  }
  if (event.receivedAt <= fragment.expiredAt) {
    counters.suppressed++
    // A rebuild keeps the row of an event whose life has ended; the life does not come back.
    if (isFed(context)) addEventRow(context, event, place)
    return undefined
  }
  const definition = definitionInForce(context)
  const refused = (): void => {
    counters.valuesRefused++
  }
  linkIdentifiers(context, id, event)
  // A fragment that is new here remembers nothing: no look-up.
  if (known !== undefined && isRemembered(context, id, event.eventKey)) {
    counters.duplicates++
    noteReceived(context, id, known, event)
    return undefined
  }
  state.rememberEvent(id, event.eventKey, clock)
  const isOwn = fragment.assigned === birth
  if (isOwn) settle(context, birth)
  if (fragment.content.seen === null) addIdentifierRow(context, id, birth, fragment, false)
  const consentKnown = isConsentKnown(fragment.content, event)
  const givenBefore = isOwn && !consentKnown ? givenNow(context, birth) : undefined
  const consent = consentKnown
    ? event.consent
    : answersWithRoom(fragment.content.consent, event.consent, definition.purposes, refused)
  if (!consentKnown) addConsentRows(context, id, fragment.content, event, consent)
  const fromImport = isImport(context, place)
  const judged = judge(context, fragment, event, fromImport)
  const heard = consent === event.consent ? judged : { ...judged, consent }
  const changed = applyEvent(fragment.content, heard, definition, refused)
  state.putFragment(id, fragment)
  counters.applied++
  addEventRow(context, judged, place)
  const cause = fromImport ? 'import' : 'event'
  if (isOwn)
    touch(context, birth, id, {
      cause,
      at: clock,
      changed,
      consentKnown,
      givenBefore,
      anew: false,
    })
  else markDirty(context, id, fragment, changed, cause)
  return undefined
}

/**
 * The event as it counts and as its row says: with the reason, when its pace shows a machine. What comes out of `events` was judged when
 * it was first folded, and is only remembered.
 */
function judge(
  context: FoldContext,
  fragment: Fragment,
  event: RoutedEvent,
  fromImport: boolean,
): RoutedEvent {
  const { machines } = definitionInForce(context)
  const reason = observeEvent(fragment, event, machines, fromImport)
  if (reason === null || event.machine !== null || isFed(context)) return event
  context.state.meta.counters[counterOf[reason]]++
  return { ...event, machine: reason }
}

const counterOf = {
  click_burst: 'machineClickBurst',
  click_on_delivery: 'machineClickOnDelivery',
  rate: 'machineRate',
} as const satisfies Readonly<Record<MachineReason, keyof FoldCounters>>

/**
 * The generation before has judged this event and sent its links. Not so when it is fed after the switch: then it is one that the old
 * generation never came to.
 */
const isFed = ({ input: { origin }, state: { meta } }: FoldContext): boolean =>
  origin?.kind === 'events' && !meta.live

/** An event without a usable identifier: kept in `events`, counted, and once only. */
function foldUnattributed(
  context: FoldContext,
  event: RoutedEvent,
  place?: RawPlace,
): Rejected | undefined {
  const { state } = context
  const { counters, clock } = state.meta
  if (context.partitionOfEvent(event.eventKey, context.partitions) !== context.partition)
    return { reason: 'misrouted', detail: 'the unattributed event has its home elsewhere' }
  if (isRemembered(context, 'unattributed', event.eventKey)) {
    counters.duplicates++
    return undefined
  }
  state.rememberEvent('unattributed', event.eventKey, clock)
  counters.unattributed++
  addEventRow(context, event, place)
  return undefined
}

export const newFragment = (assigned: Fragment['assigned']): Fragment => ({
  assigned,
  content: emptyContent(),
  erasedAt: epochMs(-1),
  expiredAt: epochMs(-1),
  pace: null,
})

function isRemembered(
  context: FoldContext,
  scope: FragmentId | 'unattributed',
  key: string,
): boolean {
  return isSince(
    context.state.rememberedEvent(scope, key),
    context.state.meta.eventsForgottenBefore,
  )
}

/**
 * A duplicate was received, too: an erasure that comes after it covers it, or a rebuild from the raw topics would bring it back. The owner
 * hears of it with the next change.
 */
function noteReceived(
  { state }: FoldContext,
  id: FragmentId,
  fragment: Fragment,
  { receivedAt }: RoutedEvent,
): void {
  const { seen } = fragment.content
  if (seen === null || receivedAt <= seen.newestReceivedAt) return
  seen.newestReceivedAt = receivedAt
  state.putFragment(id, fragment)
}

const isSince = (at: EpochMs | undefined, forgottenBefore: EpochMs): boolean =>
  at !== undefined && at >= forgottenBefore

/** True when the event says nothing about consent that counts: a basis where one is known. Most events are like this. */
function isConsentKnown({ consent }: FragmentContent, event: RoutedEvent): boolean {
  for (const purpose in event.consent) {
    const held = consent.get(purpose)
    if (event.consent[purpose] !== 'basis' || held === undefined || held.basisAt === null)
      return false
  }
  return true
}

const importedFrom = /^raw\/.*\.import\/\d+\/\d+$/

/** A transition that comes from the import of history is not news: it mails nobody unless asked to. */
function isImport({ input: { origin } }: FoldContext, place?: RawPlace): boolean {
  if (place !== undefined) return importedFrom.test(place.origin)
  return origin?.kind === 'raw' && origin.topic.endsWith('.import')
}

/** Sends the event's whole identifier set as evidence, once per window and set. */
function linkIdentifiers(context: FoldContext, id: FragmentId, event: RoutedEvent): void {
  if (event.identifiers.length < 2) return
  const { state, generation, partition } = context
  const { clock, linksForgottenBefore, counters } = state.meta
  let set = ''
  for (const { id: pseudonym, blocked } of event.identifiers)
    set += `${pseudonym} ${blocked ?? ''}\n`
  const setHash = context.hash(set)
  if (isSince(state.rememberedLink(id, setHash), linksForgottenBefore)) return
  state.rememberLink(id, setHash, clock)
  if (isFed(context)) return
  counters.linksSent++
  context.flush.links.push({
    kind: 'link',
    linkId: context.hash(`${setHash} ${event.eventKey}`),
    sender: { generation, partition, position: nextEffectPosition(context) },
    identifiers: event.identifiers,
    eventId: event.eventId,
    eventKey: event.eventKey,
    source: event.source,
    eventType: event.type,
    occurredAt: event.occurredAt,
    receivedAt: event.receivedAt,
    logTime: clock,
  })
}
