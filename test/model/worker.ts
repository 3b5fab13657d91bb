import { parentPort } from 'node:worker_threads'
import type { Mode } from './faults.ts'
import type { Mutant } from './mutants.ts'
import { runSeed } from './run-seed.ts'
import { addUp, noTally, type Tally } from './tally.ts'

/** Histories `from` to before `to`. */
export interface WorkerInput {
  readonly mode: Mode
  readonly mutant: Mutant | null
  readonly from: number
  readonly to: number
}

export type WorkerOutput = Tally

parentPort?.on('message', (input: WorkerInput) => {
  void run(input)
})

async function run({ mode, mutant, from, to }: WorkerInput): Promise<void> {
  let tally = noTally()
  for (let seed = from; seed < to; seed++) tally = addUp(tally, await runSeed(seed, mode, mutant))
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  parentPort?.postMessage(tally)
}
