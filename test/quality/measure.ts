import { identityPolicy } from '#runtime/definition/identity-policy.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { shippedDefinition } from '../support/clickhouse/definition.ts'
import { createTruth, type IdentityFigures } from '../world/oracle/truth.ts'
import { arrivals, type Story } from './arrivals.ts'
import { type Contestant, createNaive, createTributary } from './contestants.ts'
import { countMistakes, type Mistakes } from './mistakes.ts'

/** How well one contestant did. */
export interface Score extends IdentityFigures, Mistakes {
  readonly junkMerges: number
  /** By outcome and rule. */
  readonly decisions: Readonly<Record<string, number>>
}

export interface Quality {
  readonly story: Story
  /** All events that came, dead letters among them. */
  readonly events: number
  /** Sent to the linker. */
  readonly links: number
  readonly identifiers: number
  readonly tributary: Score
  readonly naive: Score
}

/** Runs a world through the production channels into the production linker, and beside it into a union-find without any rule. */
export function measureQuality(
  story: Story,
  onProgress: (events: number) => void = () => undefined,
): Quality {
  const compiled = shippedDefinition()
  const pseudonymiser = createPseudonymiser(new Uint8Array(32))
  const truth = createTruth()
  const tributary = createTributary(identityPolicy(compiled.definition.identity))
  const naive = createNaive()
  const junk = new Set<FragmentId>()
  let events = 0
  let links = 0
  for (const arrival of arrivals(story, compiled, pseudonymiser)) {
    truth.add(arrival.entry)
    for (const id of arrival.junk) junk.add(id)
    tributary.take(arrival, junk)
    naive.take(arrival, junk)
    events += 1
    if (arrival.link !== null) links += 1
    onProgress(events)
  }
  const score = (contestant: Contestant): Score => ({
    ...truth.compare((type, value) => contestant.profileOf(pseudonymiser.fragmentId(type, value))),
    ...countMistakes(truth.identifiers(), ({ type, value }) =>
      contestant.profileOf(pseudonymiser.fragmentId(type, value)),
    ),
    junkMerges: contestant.junkMerges(),
    decisions: Object.fromEntries(
      [...contestant.decisions()].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ),
  })
  return {
    story,
    events,
    links,
    identifiers: [...truth.identifiers()].length,
    tributary: score(tributary),
    naive: score(naive),
  }
}
