import { writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { fuzzVendor } from '../support/channel/fuzz.ts'
import { decoderFormats, fuzzDecoder } from './decoders.ts'
import { type FuzzFigures, fuzzPage } from './page.ts'
import { ownTargets, vendorTargets } from './targets.ts'

const whole = (text: string): number => {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new InvalidArgumentError('a whole number')
}

interface Options {
  readonly runs: number
  readonly seed: number
  readonly from: number
  readonly only?: string
  readonly json?: true
  readonly page?: string
}

const program = new Command('fuzz')
  .description('Mutated payloads through every normaliser, damaged bytes through every decoder')
  .option('--runs <n>', 'of each', whole, 1_000_000)
  .option('--seed <n>', 'seed; a failure names the seed and the run that repeat it', whole, 1)
  .option('--from <n>', 'first run', whole, 0)
  .option('--only <name>', 'one vendor or decoder')
  .option('--json', 'one JSON object on stdout')
  .option('--page <file>', 'also writes the figures as a page of the documentation')
  .parse()
const { runs, seed, from, only, json, page } = program.opts<Options>()

/** Grows over the runs only if something is kept. */
function heapMb(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 2 ** 20
}

const figures: FuzzFigures[] = []

async function measure(
  name: string,
  fuzz: (from: number, runs: number) => Promise<{ accepted: number; slowestMs: number }>,
): Promise<void> {
  if (only !== undefined && only !== name) return
  // The caches fill up first: what grows after that is a leak.
  const warm = Math.min(runs, 20_000)
  const started = performance.now()
  const first = await fuzz(from, warm)
  const before = heapMb()
  const rest = runs > warm ? await fuzz(from + warm, runs - warm) : { accepted: 0, slowestMs: 0 }
  const row = {
    name,
    runs,
    accepted: first.accepted + rest.accepted,
    slowestMs: Math.max(first.slowestMs, rest.slowestMs),
    heapGrowthMb: heapMb() - before,
    seconds: (performance.now() - started) / 1000,
  }
  figures.push(row)
  process.stderr.write(
    `${name}: ${runs} runs, ${row.accepted} accepted, slowest ${row.slowestMs.toFixed(0)} ms, heap ${row.heapGrowthMb.toFixed(1)} MB, ${row.seconds.toFixed(0)} s\n`,
  )
}

for (const target of [...ownTargets, ...vendorTargets()])
  await measure(target.vendor, async (first, count) => {
    const { survivors, slowestMs } = fuzzVendor(target, { runs: count, seed, from: first })
    return Promise.resolve({ accepted: survivors, slowestMs })
  })
for (const format of decoderFormats)
  await measure(`decoder ${format}`, async (first, count) => {
    const { decoded, slowestMs } = await fuzzDecoder(format, { runs: count, seed, from: first })
    return { accepted: decoded, slowestMs }
  })
if (figures.length === 0) program.error(`nothing is called ${only ?? ''}`, { exitCode: 2 })
if (json) process.stdout.write(`${JSON.stringify({ seed, from, targets: figures })}\n`)
if (page !== undefined)
  writeFileSync(page, fuzzPage(figures, { seed, node: process.version, on: new Date() }))
