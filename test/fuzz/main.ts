import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Command, InvalidArgumentError } from 'commander'
import { fuzzed, type FuzzRange } from './measure.ts'
import { type FuzzFigures, fuzzPage } from './page.ts'

const whole = (text: string): number => {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new InvalidArgumentError('a whole number')
}

interface Options extends FuzzRange {
  readonly only?: string
  readonly jobs: number
  readonly json?: true
  readonly page?: string
}

const program = new Command('fuzz')
  .description('Mutated payloads through every normaliser, damaged bytes through every decoder')
  .option('--runs <n>', 'of each', whole, 1_000_000)
  .option('--seed <n>', 'seed; a failure names the seed and the run that repeat it', whole, 1)
  .option('--from <n>', 'first run', whole, 0)
  .option('--only <name>', 'one vendor or decoder')
  .option('--jobs <n>', 'at once (default: one a core)', whole, availableParallelism())
  .option('--json', 'one JSON object on stdout')
  .option('--page <file>', 'also writes the figures as a page of the documentation')
  .parse()
const { runs, seed, from, only, jobs, json, page } = program.opts<Options>()

const names = [...fuzzed.keys()].filter((name) => only === undefined || only === name)
if (names.length === 0)
  program.error(`nothing is called ${only ?? ''}; there are ${[...fuzzed.keys()].join(', ')}`, {
    exitCode: 2,
  })

const figures = new Map<string, FuzzFigures>()
const waiting = [...names]

/** Takes one target after another until none is left. @throws FuzzFailure as the thread had it. */
async function work(): Promise<void> {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const done = await inThread(name)
    figures.set(name, done)
    process.stderr.write(
      `${name}: ${runs} runs, ${done.accepted} accepted, slowest ${done.slowestMs.toFixed(0)} ms, heap ${done.heapGrowthMb.toFixed(1)} MB, ${done.seconds.toFixed(0)} s\n`,
    )
  }
}

/** A thread of its own for each target: what one leaves behind is not the next one's growth. */
async function inThread(name: string): Promise<FuzzFigures> {
  const worker = new Worker(new URL('worker.ts', import.meta.url))
  try {
    return await new Promise<FuzzFigures>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
      worker.postMessage({ name, runs, seed, from })
    })
  } finally {
    await worker.terminate()
  }
}

try {
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, work))
  const rows = names.flatMap((name) => figures.get(name) ?? [])
  if (json) process.stdout.write(`${JSON.stringify({ seed, from, targets: rows })}\n`)
  if (page !== undefined)
    writeFileSync(page, fuzzPage(rows, { seed, node: process.version, on: new Date() }))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
