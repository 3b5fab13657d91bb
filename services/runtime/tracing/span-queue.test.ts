import { AlwaysOnSampler, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, it } from 'vitest'
import { spanProcessorOf, spansQueuedMax } from './otel.ts'

/** The SDK hands over so many at a time; those have left the queue. */
const batchMax = 512

/** How many of so many spans, ended at once, come to a receiver. */
async function exportedOf(spans: number): Promise<number> {
  let exported = 0
  const exporter: SpanExporter = {
    export(batch, done) {
      exported += batch.length
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- 0 is its SUCCESS, which a package says that is not ours to import
      setImmediate(() => done({ code: 0 }))
    },
    shutdown: async () => Promise.resolve(),
  }
  const provider = new TracerProvider({
    sampler: new AlwaysOnSampler(),
    spanProcessors: [spanProcessorOf(exporter)],
  })
  const tracer = provider.getTracer('test')
  for (let n = 0; n < spans; n += 1) tracer.startSpan('batch').end()
  await provider.forceFlush()
  await provider.shutdown()
  return exported
}

it('keeps as many spans as its limit for a slow receiver, and drops those beyond it', async () => {
  expect(await exportedOf(spansQueuedMax)).toBe(spansQueuedMax)
  const kept = await exportedOf(spansQueuedMax * 3)
  expect(kept).toBeGreaterThanOrEqual(spansQueuedMax)
  expect(kept).toBeLessThanOrEqual(spansQueuedMax + batchMax)
})
