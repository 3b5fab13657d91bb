import { createForwarder } from '#runtime/channel/core/forward.ts'
import { createRouter } from '#runtime/channel/core/route.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import type { SourceSettings, Vendor } from '#runtime/channel/core/source.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'
import { decodeFrame, encodeFrame } from '#runtime/log/frame.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { createRandom } from '../../world/random.ts'
import { type Fixture, testIdentity } from './golden.ts'
import { mutate } from './mutate.ts'

/** Milliseconds that any one record may take. */
const slowestAllowedMs = 1000
/** Above it, a run is looked at again: the machine may have been busy with something else. */
const doubtfulMs = 20

/**
 * How long a run takes, in milliseconds: of one that seems slow, the shortest of four, since only what the record costs comes again.
 * @throws Error when even that is too long.
 */
export function timed(run: () => void, again: () => void): number {
  const first = millisecondsOf(run)
  const took =
    first < doubtfulMs ? first : Math.min(first, ...[again, again, again].map(millisecondsOf))
  if (took > slowestAllowedMs) throw new Error(`took ${Math.round(took)} ms`)
  return took
}

function millisecondsOf(run: () => void): number {
  const started = performance.now()
  run()
  return performance.now() - started
}

export interface FuzzTarget {
  readonly fixture: Fixture
  readonly channel: Channel
  readonly vendors: readonly Vendor[]
  readonly vendor: string
  /** null or absent: the plain source of the vendor. */
  readonly source?: SourceSettings
}

export interface FuzzResult {
  readonly runs: number
  /** Events that came out and survived their way over the wire. */
  readonly survivors: number
  readonly deadLetters: number
  readonly dropped: number
  readonly slowestMs: number
}

/** What fails a run; it names the run, so that `{ seed, from: run, runs: 1 }` repeats it. */
export class FuzzFailure extends Error {
  constructor(seed: number, run: number, payload: unknown, cause: unknown) {
    const why = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    super(`seed ${seed}, run ${run}: ${why}\n${JSON.stringify(payload).slice(0, 2000)}`, { cause })
    this.name = 'FuzzFailure'
  }
}

/**
 * Mutated payloads through normaliser, router and frame: never a throw, never a hang, nothing in a prototype, and every event that
 * comes out survives its way over the wire.
 * @throws FuzzFailure
 */
export function fuzzVendor(
  target: FuzzTarget,
  { runs, seed = 1, from = 0 }: { runs: number; seed?: number; from?: number },
): FuzzResult {
  const { fixture, channel, vendors, vendor } = target
  const normaliser = createNormaliser({ vendors, definition: { identity: testIdentity } })
  const router = createRouter({
    pseudonymiser: createPseudonymiser(new Uint8Array(32)),
    types: testIdentity.priority,
    partitions: 4,
    suppressed: () => undefined,
    forwarder: createForwarder(
      {
        properties: [['total'], ['campaign'], ['url']],
        inClear: new Set<string>(),
        sealed: new Set<string>(),
        sealedTraits: new Set<string>(),
        traits: new Map([['plan', 'plan']]),
      },
      new Map([['plan', 'string']]),
    ),
  })
  const source = target.source ?? plainSource(channel, vendor)
  const receivedAt = epochMs(Date.parse(fixture.received_at))
  const prototypeNames = Object.getOwnPropertyNames(Object.prototype).length
  let slowestMs = 0

  const counts = { survivors: 0, deadLetters: 0, dropped: 0 }
  const once = (payload: unknown, into: typeof counts): void => {
    for (const outcome of normaliser.normalise(payload, source, receivedAt)) {
      if (outcome.outcome === 'dead_letter') into.deadLetters += 1
      if (outcome.outcome === 'drop') into.dropped += 1
      if (outcome.outcome !== 'ok') continue
      const routed = router.route(outcome.event)
      if (routed === 'erased') continue
      const message = {
        position: [1, outcome.index, 0] as const,
        body: { kind: 'event', event: routed.event } as const,
      }
      const frame = decodeFrame(encodeFrame({ origin: null, logTime: null, messages: [message] }))
      if (frame.messages[0]?.body.kind !== 'event') throw new Error('lost on the wire')
      into.survivors += 1
    }
    if (Object.getOwnPropertyNames(Object.prototype).length !== prototypeNames)
      throw new Error('a name was added to Object.prototype')
  }

  for (let run = from; run < from + runs; run++) {
    const payload = mutate(createRandom(seed, run), fixture.record)
    try {
      slowestMs = Math.max(
        slowestMs,
        timed(
          () => once(payload, counts),
          () => once(payload, { ...counts }),
        ),
      )
    } catch (error) {
      throw new FuzzFailure(seed, run, payload, error)
    }
  }
  return { runs, ...counts, slowestMs }
}
