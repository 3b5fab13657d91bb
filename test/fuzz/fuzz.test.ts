import { expect, it } from 'vitest'
import { fuzzVendor } from '../support/channel/fuzz.ts'
import { decoderFormats, fuzzDecoder } from './decoders.ts'
import { ownTargets, vendorTargets } from './targets.ts'

const runs = 20_000

it.each(decoderFormats)(
  `${runs} damaged records: the %s decoder gives a value or says why not`,
  async (format) => {
    const { decoded, refused } = await fuzzDecoder(format, { runs })
    expect(decoded + refused).toBe(runs)
    expect(refused).toBeGreaterThan(format === 'text' ? 0 : runs / 50)
  },
)

it.each([...ownTargets, ...vendorTargets()])(
  `${runs} mutated payloads: $vendor gives events or says why not`,
  (target) => {
    const { survivors, deadLetters } = fuzzVendor(target, { runs })
    expect(survivors).toBeGreaterThan(runs / 50)
    expect(deadLetters).toBeGreaterThan(runs / 50)
  },
)
