import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { SingleBar, Presets } from 'cli-progress'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Mode } from './faults.ts'
import { isMutant, mutants, type Mutant, rebuildMutants } from './mutants.ts'
import { findSeeds } from './recorded.ts'
import { failureText, replayCommand, simulationPage } from './page.ts'
import { addUp, noTally, type Tally } from './tally.ts'
import type { WorkerInput, WorkerOutput } from './worker.ts'

const whole = (text: string): number => {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new InvalidArgumentError('a whole number')
}

const mutantOf = (text: string): Mutant => {
  if (isMutant(text)) return text
  throw new InvalidArgumentError('one of the mutants that --help names')
}

const allModes = ['safety', 'liveness', 'rebuild'] as const

interface Options {
  readonly seeds: number
  readonly from: number
  readonly mode: Mode | 'all'
  readonly mutant?: Mutant
  readonly minutes: number
  readonly workers: number
  readonly json?: true
  readonly page?: string
}

const program = new Command('simulate')
  .description(
    'Random histories of all services on brokers and tables in memory, each from one seed: crashes, zombies, rebalances, lost answers, clock jumps. At the end of each the invariants must hold.',
  )
  .option('--seeds <n>', 'histories of each mode', whole, 1000)
  .option('--from <n>', 'first seed; a failure names the seed that repeats it', whole, 1)
  .addOption(
    new Option(
      '--mode <mode>',
      'safety: faults to the end; liveness: faults, then none, and all must come to rest; rebuild: another generation is built and takes over',
    )
      .choices([...allModes, 'all'])
      .default('all'),
  )
  .option('--mutant <name>', 'break the product on purpose: some history must fail', mutantOf)
  .option('--minutes <n>', 'stop earlier, after so long in all', whole, Number.POSITIVE_INFINITY)
  .option('--workers <n>', 'threads', whole, availableParallelism())
  .option('--json', 'one JSON object on stdout')
  .option(
    '--page <file>',
    'also writes the figures as a page of the documentation, mutants included',
  )
  .addHelpText(
    'after',
    `\nMutants:\n${[...mutants, ...rebuildMutants].map((name) => `  ${name}\n`).join('')}`,
  )
  .parse()
const options = program.opts<Options>()
const modes: readonly Mode[] = options.mode === 'all' ? allModes : [options.mode]

const commandOf = ({ seeds, from, minutes, page }: Options): string =>
  `npm run simulate -- --from ${from} --seeds ${seeds}${Number.isFinite(minutes) ? ` --minutes ${minutes}` : ''} --page ${page ?? ''}`

/** Seeds that a thread takes at once. */
const chunk = 20

async function simulate(mode: Mode): Promise<Tally> {
  const bar = new SingleBar(
    {
      format: `${mode.padEnd(8)} {bar} {value}/{total} histories, {eta} s left`,
      stream: process.stderr,
      noTTYOutput: false,
    },
    Presets.shades_classic,
  )
  bar.start(options.seeds, 0)
  let next = options.from
  const end = options.from + options.seeds
  const deadline = performance.now() + (options.minutes * 60_000) / modes.length
  let tally = noTally()
  const take = (): WorkerInput | null => {
    // A mutant is found by one failure.
    if (next >= end || performance.now() > deadline) return null
    if (options.mutant !== undefined && tally.failures.length > 0) return null
    const from = next
    next = Math.min(end, next + chunk)
    return { mode, mutant: options.mutant ?? null, from, to: next }
  }
  const one = async (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url))
      const give = (): void => {
        const work = take()
        if (work === null) {
          worker.terminate().then(() => resolve(), reject)
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
        } else worker.postMessage(work)
      }
      worker.on('error', reject)
      worker.on('message', (done: WorkerOutput) => {
        tally = addUp(tally, done)
        bar.update(tally.histories)
        give()
      })
      give()
    })
  await Promise.all(Array.from({ length: Math.max(1, options.workers) }, one))
  bar.stop()
  return tally
}

const started = performance.now()
const results = new Map<Mode, Tally>()
for (const mode of modes) results.set(mode, await simulate(mode))
const seconds = (performance.now() - started) / 1000
const failures = [...results].flatMap(([mode, tally]) =>
  tally.failures.map((failure) => ({ mode, ...failure })),
)

if (options.json)
  process.stdout.write(
    `${JSON.stringify({
      from: options.from,
      seeds: options.seeds,
      mutant: options.mutant ?? null,
      seconds,
      modes: Object.fromEntries(results),
      failures: failures.map((failure) => ({
        ...failure,
        replay: replayCommand(failure.mode, failure.seed, options.mutant),
      })),
    })}\n`,
  )
else {
  for (const failure of failures.slice(0, 10))
    process.stdout.write(failureText(failure, options.mutant))
  for (const [mode, { histories, steps, failures: failed }] of results)
    process.stdout.write(
      `${mode}: ${histories} histories, ${steps} steps, ${failed.length} failed\n`,
    )
}
if (options.page !== undefined)
  writeFileSync(
    options.page,
    simulationPage({
      command: commandOf(options),
      results,
      seconds,
      workers: options.workers,
      mutants: await findSeeds(),
      node: process.version,
      on: new Date(),
    }),
  )
process.exitCode = failures.length === 0 ? 0 : 1
