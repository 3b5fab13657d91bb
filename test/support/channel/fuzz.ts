import fc from 'fast-check'
import { expect } from 'vitest'
import { plainSource } from '#runtime/channel/core/settings.ts'
import type { Vendor } from '#runtime/channel/core/source.ts'
import { createForwarder } from '#runtime/channel/core/forward.ts'
import { createRouter } from '#runtime/channel/core/route.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'
import { decodeFrame, encodeFrame } from '#runtime/log/frame.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { type Fixture, testIdentity } from './golden.ts'
import { mutated } from './mutate.ts'

/** Milliseconds that any one record may take. */
const slowestMs = 1000

/**
 * Mutated payloads through normaliser, router and frame: never a throw, never a hang, nothing in a prototype, and every event that
 * comes out survives its way over the wire. Returns how many did.
 */
export function fuzzVendor(
  { record, received_at }: Fixture,
  channel: Channel,
  vendors: readonly Vendor[],
  vendor: string,
  runs: number,
): number {
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
        traits: new Map([['plan', 'plan']]),
      },
      new Map([['plan', 'string']]),
    ),
  })
  const source = plainSource(channel, vendor)
  const receivedAt = epochMs(Date.parse(received_at))
  let survivors = 0
  const protoNames = Object.getOwnPropertyNames(Object.prototype).length
  fc.assert(
    fc.property(fc.oneof(mutated(record), fc.jsonValue({ maxDepth: 5 })), (payload) => {
      const started = performance.now()
      const outcomes = normaliser.normalise(payload, source, receivedAt)
      for (const outcome of outcomes) {
        if (outcome.outcome !== 'ok') continue
        const routed = router.route(outcome.event)
        if (routed === 'erased') continue
        const message = {
          position: [1, outcome.index, 0] as const,
          body: { kind: 'event', event: routed.event } as const,
        }
        const [back] = decodeFrame(
          encodeFrame({ origin: null, logTime: null, messages: [message] }),
        ).messages
        expect(back?.body.kind).toBe('event')
        survivors += 1
      }
      expect(performance.now() - started).toBeLessThan(slowestMs)
      expect(Object.getOwnPropertyNames(Object.prototype).length).toBe(protoNames)
    }),
    { numRuns: runs },
  )
  return survivors
}
