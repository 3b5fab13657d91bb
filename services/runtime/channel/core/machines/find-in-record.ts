import type { RoutedEvent } from '../../../event/event.ts'
import type { FragmentId } from '../../../event/ids.ts'
import { evidenceOf } from '../../../machines/evidence.ts'
import { type Findings, findMachines } from '../../../machines/find-machines.ts'
import type { MachineReason, MachineRules } from '../../../machines/rules.ts'

const none: Findings = new Map()

/**
 * The events of a record whose own company shows a machine. A webhook's batch often holds a scanner's whole burst, and so its first clicks,
 * which the home would have to take for a person's. Looks at nothing but the record, so that a redelivery is read alike.
 */
export function findInRecord(events: readonly RoutedEvent[], rules: MachineRules): Findings {
  if (events.length < 2 || !mayHold(events, rules)) return none
  const byFragment = new Map<FragmentId, RoutedEvent[]>()
  for (const event of events) {
    if (event.fragment === null || evidenceOf(event) === undefined) continue
    const known = byFragment.get(event.fragment)
    if (known === undefined) byFragment.set(event.fragment, [event])
    else known.push(event)
  }
  const found = new Map<RoutedEvent, MachineReason>()
  for (const own of byFragment.values())
    if (own.length > 1)
      for (const [event, reason] of findMachines(own, rules)) found.set(event, reason)
  return found
}

/** Cheap: most records hold no click, and fewer views than the rules want of one person. */
function mayHold(
  events: readonly RoutedEvent[],
  { clickBurst, clickOnDelivery, rate }: MachineRules,
): boolean {
  if (rate !== null && events.length >= rate.events) return true
  if (clickBurst === null && clickOnDelivery === null) return false
  return events.some(({ type }) => type === 'email_clicked')
}
