import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { OfflineEvent } from '../identity/offline-event.ts'
import { createOfflineWorld } from './offline-world.ts'
import { readWorld } from './read-world.ts'
import type { FeatureSimulation, RefusedEvent } from './simulation.ts'

export interface Simulated {
  readonly simulation: FeatureSimulation
  /** Sources that events named and the file does not have: no basis is known for them. */
  readonly strangers: readonly string[]
}

/**
 * What the pipeline makes of events in arrival order by `asOf`, with the production functions: channels, linker, homes and owners, timers
 * included. Values are in clear.
 * @param leftOut How many events the reader left out, asked at the end.
 */
export async function simulateFeatures(
  events: AsyncIterable<OfflineEvent>,
  definition: CompiledDefinition,
  asOf: EpochMs,
  { explained, leftOut }: { readonly explained: boolean; readonly leftOut: () => number },
): Promise<Simulated> {
  const world = createOfflineWorld(definition)
  const refused: RefusedEvent[] = []
  for await (const event of events) {
    const rejection = world.arrive(event)
    if (rejection === null) continue
    const { detail, reject: reason } = rejection
    refused.push({ line: event.line, id: event.id, reason, detail })
  }
  world.passTime(asOf)
  const { applied, duplicates, unattributed } = world.counts()
  return {
    simulation: {
      as_of: toIso(asOf),
      profiles: readWorld(world, asOf, explained),
      events: { applied, duplicates, unattributed, left_out: leftOut() },
      refused,
    },
    strangers: [...world.strangers],
  }
}
