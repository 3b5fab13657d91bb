import type { EventRow } from '#schemas/clickhouse/rows.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { routedEvent, type TestEvent } from '../support/fold/events.ts'
import { machineMade } from '../support/machines/naive.ts'
import { machineRules } from './definitions.ts'

/**
 * No event is flagged that is not a machine's once all is known, whatever crashed, froze or came twice. That a machine's event is not
 * flagged proves nothing: it may have arrived before its burst could be recognised.
 */
export function machineFlags(
  events: ReadonlyMap<FragmentId, ReadonlyMap<string, TestEvent>>,
  rowOf: (fragment: FragmentId, id: string) => EventRow | undefined,
): string[] {
  return [...events].flatMap(([fragment, byId]) => {
    const all = [...byId.values()].map((event) =>
      routedEvent({ ...event, receivedAt: event.at + 1 }),
    )
    const machines = new Set([...machineMade(all, machineRules)].map(({ eventId }) => eventId))
    return [...byId.keys()].flatMap((id) => {
      const reason = rowOf(fragment, id)?.machine ?? ''
      return reason === '' || machines.has(id)
        ? []
        : [`${fragment}/${id} is no machine's: ${reason}`]
    })
  })
}
