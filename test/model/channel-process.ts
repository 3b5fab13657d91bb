import { findInRecord } from '#runtime/channel/core/machines/find-in-record.ts'
import type { RoutedEvent } from '#runtime/event/event.ts'
import type { Message } from '#runtime/log/messages.ts'
import { partitionOfEvent } from '#runtime/pseudonym/pseudonym.ts'
import { routedEvent } from '../support/fold/events.ts'
import { machineRules } from './definitions.ts'
import { homeIn, type RawRecord, type World } from './world.ts'

/** A running body; each `next` is one step, after which it may be dropped (a crash) or left to go on later (a zombie). */
export type Process = Generator<'busy' | 'idle', never, void>

/** Offsets that a consumer group holds. A process of an assignment that is over no longer moves them. */
export interface Committed {
  offset: number
  owner: symbol
}

/** As the engine hands them on: what the record by itself shows is flagged. */
function eventsOf({ at, events }: RawRecord): readonly RoutedEvent[] {
  const routed = events.map((wanted) => routedEvent({ ...wanted, receivedAt: at }))
  const found = findInRecord(routed, machineRules)
  return routed.map((event) => ({ ...event, machine: found.get(event) ?? null }))
}

/** A channel service on one raw partition: at least once, in order, one send at a time, commit after all are acknowledged. */
export function* channel(
  world: World,
  partition: number,
  committed: Committed,
  me: symbol,
): Process {
  const { random, mutant } = world
  const records = world.raw[partition] ?? []
  let from = committed.offset
  const commit = (to: number): void => {
    if (committed.owner === me) committed.offset = to
  }
  for (;;) {
    const batch = records.slice(from, from + 1 + random.below(5))
    if (batch.length === 0) {
      yield 'idle'
      continue
    }
    const targets = new Map<number, Message[]>()
    for (const [n, record] of batch.entries())
      for (const [index, event] of eventsOf(record).entries()) {
        const target =
          event.fragment === null
            ? partitionOfEvent(event.eventKey, world.partitions)
            : homeIn(world, event.fragment)
        const position = [
          from + n,
          mutant === 'positions without the index' ? 0 : index,
          0,
        ] as const
        const messages = targets.get(target) ?? []
        messages.push({ position, body: { kind: 'event', event } })
        targets.set(target, messages)
      }
    const origin = { kind: 'raw', topic: 'channel.web', incarnation: 0, partition } as const
    for (const [n, [target, messages]] of random.shuffled([...targets]).entries()) {
      if (n === 1 && mutant === 'early commit') commit(from + batch.length)
      const parts =
        mutant === 'reordered sends' && messages.length > 1
          ? [messages.slice(1), messages.slice(0, 1)]
          : [messages]
      for (const part of parts) world.append(target, { origin, logTime: null, messages: part })
      yield 'busy'
    }
    from += batch.length
    commit(from)
    yield 'busy'
  }
}
