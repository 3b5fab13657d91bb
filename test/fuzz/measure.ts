import { fuzzVendor } from '../support/channel/fuzz.ts'
import { decoderFormats, fuzzDecoder } from './decoders.ts'
import type { FuzzFigures } from './page.ts'
import { ownTargets, vendorTargets } from './targets.ts'

export interface FuzzRange {
  readonly runs: number
  readonly seed: number
  readonly from: number
}

interface Outcome {
  readonly accepted: number
  readonly slowestMs: number
}

type Fuzz = (range: FuzzRange) => Promise<Outcome>

/** Everything that is fuzzed, by name. */
export const fuzzed: ReadonlyMap<string, Fuzz> = new Map<string, Fuzz>([
  ...[...ownTargets, ...vendorTargets()].map((target): [string, Fuzz] => [
    target.vendor,
    async (range) => {
      const { survivors, slowestMs } = fuzzVendor(target, range)
      return Promise.resolve({ accepted: survivors, slowestMs })
    },
  ]),
  ...decoderFormats.map((format): [string, Fuzz] => [
    `decoder ${format}`,
    async (range) => {
      const { decoded, slowestMs } = await fuzzDecoder(format, range)
      return { accepted: decoded, slowestMs }
    },
  ]),
])

/** The caches fill up first: what grows after that is a leak. */
const warmRuns = 20_000

function heapMb(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 2 ** 20
}

/** @throws FuzzFailure */
export async function measure(name: string, { runs, seed, from }: FuzzRange): Promise<FuzzFigures> {
  const fuzz = fuzzed.get(name)
  if (fuzz === undefined) throw new RangeError(`nothing is called ${name}`)
  const warm = Math.min(runs, warmRuns)
  const started = performance.now()
  const first = await fuzz({ runs: warm, seed, from })
  const before = heapMb()
  const rest =
    runs > warm
      ? await fuzz({ runs: runs - warm, seed, from: from + warm })
      : { accepted: 0, slowestMs: 0 }
  return {
    name,
    runs,
    accepted: first.accepted + rest.accepted,
    slowestMs: Math.max(first.slowestMs, rest.slowestMs),
    heapGrowthMb: heapMb() - before,
    seconds: (performance.now() - started) / 1000,
  }
}
