import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { RoutedEvent } from '#runtime/event/event.ts'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { LinkRecord } from '#runtime/log/links.ts'
import type { Pseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import type { LedgerEntry } from '../world/ledger.ts'
import { envelopeAsJson, readAsChannels } from '../world/read-as-channels.ts'
import { createWorld } from '../world/world.ts'
import { createHome } from './home.ts'

/** One event of the world with what is true of it and what the product reads of it. */
export interface Arrival {
  readonly entry: LedgerEntry
  /** null: a dead letter. */
  readonly event: RoutedEvent | null
  /** Identifiers of the event that are nobody's: the world says so, whatever the product thinks of them. */
  readonly junk: readonly FragmentId[]
  /** What the event's home sends to the linker; null: too little, or said within the window. */
  readonly link: LinkRecord | null
}

export interface Story {
  readonly seed: number
  readonly events: number
  readonly people: number
}

/** The story of the demo: 150 days, which end on a fixed day, so that the same seed gives the same figures everywhere. */
const now = Date.UTC(2026, 10, 1)
const days = 150

/**
 * A world through the production channels, offline. Log time is the newest event time so far, so that windows see the days of the story
 * and not the seconds in which it is told.
 */
export function* arrivals(
  story: Story,
  compiled: CompiledDefinition,
  pseudonymiser: Pseudonymiser,
): Generator<Arrival> {
  const read = readAsChannels(compiled, pseudonymiser, now)
  const home = createHome(compiled.linkMemoryMs)
  let clock = 0
  for (const record of createWorld({ ...story, now, days, encodeEnvelope: envelopeAsJson })) {
    const fates = read(record)
    for (const [index, entry] of record.entries.entries()) {
      const fate = typeof fates === 'string' ? undefined : fates[index]
      if (fate?.fate !== 'routed') {
        yield { entry, event: null, junk: [], link: null }
        continue
      }
      const { event } = fate.routed
      clock = Math.max(clock, entry.at)
      const known = new Set(
        entry.identifiers.map(([type, value]) => pseudonymiser.fragmentId(type, value)),
      )
      const junk = event.identifiers.flatMap(({ id }) => (known.has(id) ? [] : [id]))
      yield { entry, event, junk, link: home(event, epochMs(clock)) }
    }
  }
}
