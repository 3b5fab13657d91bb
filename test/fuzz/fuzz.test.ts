import { expect, it } from 'vitest'
import { fuzzVendor } from '../support/channel/fuzz.ts'
import { decoderFormats, fuzzDecoder } from './decoders.ts'
import { ownTargets } from './targets.ts'

// The vendors' normalisers are fuzzed beside each of them (vendor-suite.ts), with as many runs.
const runs = 20_000

it.each(decoderFormats)(
  `${runs} damaged records: the %s decoder gives a value or says why not`,
  { timeout: 120_000 },
  async (format) => {
    const { decoded, refused } = await fuzzDecoder(format, { runs })
    expect(decoded + refused).toBe(runs)
    expect(refused).toBeGreaterThan(format === 'text' ? 0 : runs / 50)
  },
)

it.each(ownTargets)(
  `${runs} mutated payloads: $vendor gives events or says why not`,
  { timeout: 120_000 },
  (target) => {
    const { survivors, deadLetters } = fuzzVendor(target, { runs })
    expect(survivors).toBeGreaterThan(runs / 50)
    expect(deadLetters).toBeGreaterThan(runs / 50)
  },
)
