import { decodeExpiry } from '#runtime/log/expiry.ts'
import { decodeFrame } from '#runtime/log/frame.ts'
import type { MemoryContents } from '../../services/profiles/core/memory-state.ts'
import { silenceMs } from './definitions.ts'
import { finalIdentity } from './final-identity.ts'
import { linkerAt } from './identity-host.ts'
import { homeIn, isAnonymous } from './people.ts'
import type { World } from './world.ts'

/** Nobody goes too early, nobody known goes at all, and what homes were told of goes on nowhere. */
export function checkExpiries(world: World, states: readonly MemoryContents[]): string[] {
  const wrong: string[] = []
  for (let partition = 0; partition < world.partitions; partition++)
    for (const { value, timestamp } of world.broker.records(
      world.profiles.reads.profileLog,
      partition,
    )) {
      const frame = value === null ? null : frameOf(value)
      for (const { body } of frame?.messages ?? []) {
        if (body.kind !== 'expire' || frame?.origin?.kind === 'events') continue
        if (!isAnonymous(body.fragment)) wrong.push(`${body.fragment} expired, and names somebody`)
        const state = states[homeIn(world, body.fragment)]?.fragments.get(body.fragment)
        // A generation that is built has its time from the feeder.
        if (
          frame?.logTime === null &&
          timestamp + clockErrorMs(world) < body.newestReceivedAt + silenceMs
        )
          wrong.push(`${body.fragment} expired before its time`)
        const newest = state?.content.seen?.newestReceivedAt
        if (newest !== undefined && newest <= body.newestReceivedAt)
          wrong.push(`${body.fragment} lives on after its end`)
      }
    }
  for (const { value } of world.broker.records(world.profiles.writes.expiries, 0)) {
    if (value === null) continue
    const { fragment, expiredAt } = decodeExpiry(value)
    const held = states[homeIn(world, fragment)]?.fragments.get(fragment)?.expiredAt ?? -1
    if (held < expiredAt) wrong.push(`the end of ${fragment} was forgotten`)
  }
  return [...wrong, ...checkEnds(world)]
}

function frameOf(value: Uint8Array) {
  try {
    return decodeFrame(value)
  } catch {
    // Garbage, which others look after.
    return null
  }
}

/** The log of a partition may be behind that of another by as much as brokers' clocks were wrong. */
const clockErrorMs = ({ faults }: World): number => (faults.clock > 0 ? 180 * 60_000 : 0)

/** The linker and a reading of the whole log agree on when each life ended. */
function checkEnds(world: World): string[] {
  const { state } = linkerAt(world)
  const naive = finalIdentity(world)
  return world.identifiers.flatMap((id) => {
    const erasedAt = state.node(id)?.erasedAt ?? -1
    if ((naive.erasedAt.get(id) ?? -1) !== erasedAt) return [`${id} ended at ${erasedAt}`]
    return []
  })
}

/** After a long silence of everybody: whoever nobody is known by has no profile, no state and no membership. */
export function checkSilence(world: World, states: readonly MemoryContents[]): string[] {
  const identity = finalIdentity(world)
  const known = (id: string): boolean => [...identity.of(id)].some((other) => !isAnonymous(other))
  return world.identifiers
    .filter((id) => !known(id))
    .flatMap((id) => {
      const seen = states[homeIn(world, id)]?.fragments.get(id)?.content.seen ?? null
      return seen === null ? [] : [`${id} is silent and lives on`]
    })
}
