import type { RoutedEvent } from '#runtime/event/event.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import { evidenceOf, linkOf, messageOf, windowOf } from '#runtime/machines/evidence.ts'
import type { ClickBurst, MachineReason, MachineRules, Rate } from '#runtime/machines/rules.ts'
import { newPace, type Pace, type PacedClick, windowsMax } from './pace.ts'

interface Paced {
  pace: Pace | null
}

/**
 * Takes an event into its fragment's pace, in place, and says whether what has arrived so far shows it to be a machine's. All times are
 * event times, so an event that no machine keeps company with is never flagged, whatever the order; of a burst, those that
 * arrive before it can be recognised are not (ADR 0015).
 */
export function observeEvent(
  fragment: Paced,
  event: RoutedEvent,
  { clickBurst, clickOnDelivery, rate }: MachineRules,
  isImport: boolean,
): MachineReason | null {
  const kind = evidenceOf(event)
  if (kind === undefined) return null
  if (kind === 'delivery') {
    if (clickOnDelivery !== null) rememberDelivery(fragment, event)
    return null
  }
  let reason: MachineReason | null = null
  // Every rule has to see the event, whichever of them names it.
  if (rate !== null && !isImport && isTooMany((fragment.pace ??= newPace()), event, rate))
    reason = 'rate'
  if (kind !== 'click') return reason
  if (clickOnDelivery !== null && isOnDelivery(fragment.pace, event, clickOnDelivery.withinMs))
    reason = 'click_on_delivery'
  if (clickBurst !== null && isBurst((fragment.pace ??= newPace()), event, clickBurst))
    reason = 'click_burst'
  return reason
}

function rememberDelivery(fragment: Paced, event: RoutedEvent): void {
  const message = messageOf(event)
  if (message !== null) (fragment.pace ??= newPace()).delivery = [message, event.occurredAt]
}

function isOnDelivery(pace: Pace | null, event: RoutedEvent, withinMs: number): boolean {
  const delivery = pace?.delivery ?? null
  if (delivery === null) return false
  const [message, at] = delivery
  return Math.abs(event.occurredAt - at) <= withinMs && messageOf(event) === message
}

function isTooMany({ windows }: Pace, { occurredAt }: RoutedEvent, rule: Rate): boolean {
  const number = windowOf(occurredAt, rule.withinMs)
  if (countIn(windows, number, rule.events) >= rule.events) return true
  for (const window of windows)
    if (window[0] === number - 1 && window[1] >= rule.events) return true
  return false
}

/** Counts one more event of a window and says how many there are by now; what is beyond the limit makes no difference. */
function countIn(windows: Pace['windows'], number: number, limit: number): number {
  for (const window of windows)
    if (window[0] === number) {
      if (window[1] < limit) window[1] += 1
      return window[1]
    }
  if (windows.length >= windowsMax) windows.shift()
  windows.push([number, 1])
  return 1
}

function isBurst(pace: Pace, event: RoutedEvent, rule: ClickBurst): boolean {
  const link = linkOf(event)
  if (link === null) return false
  const { occurredAt: at } = event
  const others = pace.clicks.filter(([other]) => other !== link)
  pace.clicks = [...others.slice(Math.max(0, others.length - (rule.links - 1))), [link, at]]
  return isCrowded(others, at, rule)
}

/** Whether some stretch of time around `at`, no longer than the rule's, holds enough clicks on other links. */
function isCrowded(others: readonly PacedClick[], at: EpochMs, rule: ClickBurst): boolean {
  const near = others.filter(([, other]) => Math.abs(other - at) <= rule.withinMs)
  if (near.length < rule.links - 1) return false
  const begins = [at, ...near.map(([, other]) => other)].filter((begin) => begin <= at)
  return begins.some((begin) => {
    const end = begin + rule.withinMs
    const inside = near.filter(([, other]) => other >= begin && other <= end)
    return at <= end && inside.length >= rule.links - 1
  })
}
