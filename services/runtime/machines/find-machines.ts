import type { RoutedEvent } from '../event/event.ts'
import { evidenceOf, linkOf, messageOf, windowOf } from './evidence.ts'
import type { ClickBurst, MachineReason, MachineRules, Rate } from './rules.ts'

/** Events by the reason that shows them to be a machine's. */
export type Findings = ReadonlyMap<RoutedEvent, MachineReason>

/** What the rules say of events of one fragment that are known all at once, in any order. */
export function findMachines(events: readonly RoutedEvent[], rules: MachineRules): Findings {
  const found = new Map<RoutedEvent, MachineReason>()
  const give = (reason: MachineReason) => (event: RoutedEvent) => {
    if (!found.has(event)) found.set(event, reason)
  }
  const clicks = events.filter((event) => evidenceOf(event) === 'click')
  if (rules.clickBurst !== null) findBursts(clicks, rules.clickBurst, give('click_burst'))
  if (rules.clickOnDelivery !== null && clicks.length > 0)
    findOnDelivery(events, clicks, rules.clickOnDelivery.withinMs, give('click_on_delivery'))
  if (rules.rate !== null) findTooMany(events, rules.rate, give('rate'))
  return found
}

type Give = (event: RoutedEvent) => void

interface Click {
  readonly event: RoutedEvent
  readonly link: string
}

/** Slides a window over the clicks in order of time; all that lie in a window with enough different links are the burst's. */
function findBursts(clicks: readonly RoutedEvent[], rule: ClickBurst, give: Give): void {
  if (clicks.length < rule.links) return
  const ordered = clicks
    .flatMap((event): Click[] => {
      const link = linkOf(event)
      return link === null ? [] : [{ event, link }]
    })
    .toSorted((a, b) => a.event.occurredAt - b.event.occurredAt)
  const inWindow = new Map<string, number>()
  let first = 0
  let given = 0
  for (const [last, { event, link }] of ordered.entries()) {
    inWindow.set(link, (inWindow.get(link) ?? 0) + 1)
    for (;;) {
      const oldest = ordered[first]
      if (oldest === undefined || event.occurredAt - oldest.event.occurredAt <= rule.withinMs) break
      const left = (inWindow.get(oldest.link) ?? 1) - 1
      if (left === 0) inWindow.delete(oldest.link)
      else inWindow.set(oldest.link, left)
      first += 1
    }
    if (inWindow.size < rule.links) continue
    for (const click of ordered.slice(Math.max(first, given), last + 1)) give(click.event)
    given = last + 1
  }
}

function findOnDelivery(
  events: readonly RoutedEvent[],
  clicks: readonly RoutedEvent[],
  withinMs: number,
  give: Give,
): void {
  const deliveredAt = new Map<number, number[]>()
  for (const event of events) {
    const message = evidenceOf(event) === 'delivery' ? messageOf(event) : null
    if (message === null) continue
    const times = deliveredAt.get(message)
    if (times === undefined) deliveredAt.set(message, [event.occurredAt])
    else times.push(event.occurredAt)
  }
  if (deliveredAt.size === 0) return
  for (const click of clicks) {
    const message = messageOf(click)
    const times = message === null ? undefined : deliveredAt.get(message)
    if (times?.some((at) => Math.abs(click.occurredAt - at) <= withinMs) === true) give(click)
  }
}

function findTooMany(events: readonly RoutedEvent[], rule: Rate, give: Give): void {
  if (events.length < rule.events) return
  const windows = new Map<number, Map<string, RoutedEvent[]>>()
  for (const event of events) {
    const kind = evidenceOf(event)
    if (kind === undefined || kind === 'delivery') continue
    const window = windowOf(event.occurredAt, rule.withinMs)
    const held = windows.get(window) ?? new Map<string, RoutedEvent[]>()
    windows.set(window, held)
    // A record may hold an event twice: it is counted once, and flagged twice.
    const same = held.get(event.eventKey)
    if (same === undefined) held.set(event.eventKey, [event])
    else same.push(event)
  }
  const isOver = (window: number): boolean => (windows.get(window)?.size ?? 0) >= rule.events
  for (const [window, held] of windows)
    if (isOver(window) || isOver(window - 1))
      for (const same of held.values()) for (const event of same) give(event)
}
