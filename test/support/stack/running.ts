import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Stack } from './stack.ts'

const statusSchema = z.object({
  kafka: z.object({ brokers: z.array(z.string()) }),
  registry: z.object({ url: z.string() }),
  clickhouse: z.object({ url: z.string() }),
})

/** A stack that somebody else runs: tests share it and leave it as it is. */
export function useRunning(statusFile: string): Stack {
  const status = statusSchema.parse(JSON.parse(readFileSync(statusFile, 'utf8')))
  return {
    implementation: 'running',
    kafkaBrokers: status.kafka.brokers,
    registryUrl: status.registry.url,
    clickhouseUrl: status.clickhouse.url,
    restart: () => Promise.reject(new Error('a shared stack is not restarted by a test')),
    stop: () => Promise.resolve(),
  }
}
