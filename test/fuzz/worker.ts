import { parentPort } from 'node:worker_threads'
import { z } from 'zod'
import { measure } from './measure.ts'

const job = z.object({ name: z.string(), runs: z.number(), seed: z.number(), from: z.number() })

/** One target at a time; a failure ends the thread with the error. */
async function work(message: unknown): Promise<void> {
  const { name, ...range } = job.parse(message)
  const figures = await measure(name, range)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
  parentPort?.postMessage(figures)
}

parentPort?.on('message', (message: unknown) => void work(message))
