// The rules about machines as ADR 0015 states them, for events of one person that are all known. Slow and plain on purpose: it shares
// nothing with the product but the shape of an event.
import type { RoutedEvent } from '#runtime/event/event.ts'
import type { MachineRules } from '#runtime/machines/rules.ts'

const views = [
  'page_viewed',
  'screen_viewed',
  'product_viewed',
  'product_added',
  'product_removed',
  'cart_viewed',
  'searched',
  'email_opened',
  'email_clicked',
]

const hasTimeOfItsOwn = ({ occurredAt, receivedAt }: RoutedEvent): boolean =>
  occurredAt !== receivedAt && occurredAt % 60_000 !== 0

/** The events that are a machine's, whoever says so and whenever they arrive. */
export function machineMade(
  events: readonly RoutedEvent[],
  { clickBurst, clickOnDelivery, rate }: MachineRules,
): ReadonlySet<RoutedEvent> {
  const judged = events.filter(hasTimeOfItsOwn)
  const clicks = judged.filter(({ type }) => type === 'email_clicked')
  const withLink = clicks.filter(({ properties }) => properties['link_digest'] !== undefined)
  const deliveries = judged.filter(({ type }) => type === 'email_delivered')

  const inBurst = (event: RoutedEvent): boolean =>
    clickBurst !== null &&
    withLink.includes(event) &&
    withLink.some(({ occurredAt: begin }) => {
      const end = begin + clickBurst.withinMs
      const inside = withLink.filter((c) => c.occurredAt >= begin && c.occurredAt <= end)
      const links = new Set(inside.map(({ properties }) => properties['link_digest']))
      return inside.includes(event) && links.size >= clickBurst.links
    })
  const onDelivery = (event: RoutedEvent): boolean =>
    clickOnDelivery !== null &&
    clicks.includes(event) &&
    deliveries.some(
      ({ occurredAt, properties }) =>
        properties['message_id'] !== undefined &&
        properties['message_id'] === event.properties['message_id'] &&
        Math.abs(occurredAt - event.occurredAt) <= clickOnDelivery.withinMs,
    )
  const tooFast = (event: RoutedEvent): boolean => {
    if (rate === null || !judged.includes(event) || !views.includes(event.type)) return false
    const window = Math.floor(event.occurredAt / rate.withinMs)
    return [window, window - 1].some((number) => {
      const inside = judged.filter(
        (e) => views.includes(e.type) && Math.floor(e.occurredAt / rate.withinMs) === number,
      )
      return new Set(inside.map(({ eventKey }) => eventKey)).size >= rate.events
    })
  }
  return new Set(events.filter((e) => inBurst(e) || onDelivery(e) || tooFast(e)))
}
