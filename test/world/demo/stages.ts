import type { RunningStack } from '../../../infra/local/stack/local-stack.ts'
import { cpuSecondsOf } from './cpu-time.ts'
import { readMetricBy } from './figures.ts'
import type { RunningService } from './services.ts'

/** CPU seconds by process; null where the system does not tell. */
export type CpuTimes = Readonly<Record<string, number | null>>

/** CPU time so far of every process that takes part: the services, the stack under them, and the world that sends. */
export function readCpuTimes(services: readonly RunningService[], stack: RunningStack): CpuTimes {
  const times: Record<string, number | null> = { world: cpuSecondsOf(process.pid) }
  for (const { name, pid } of services) times[name] = cpuSecondsOf(pid)
  for (const [name, pid] of Object.entries(stack.pids))
    times[name] = pid === null ? null : cpuSecondsOf(pid)
  return times
}

export function cpuBetween(before: CpuTimes, after: CpuTimes): CpuTimes {
  return Object.fromEntries(
    Object.entries(after).map(([name, end]) => {
      const start = before[name] ?? null
      return [name, start === null || end === null ? null : end - start]
    }),
  )
}

/** Events that the channel services left out on purpose, by reason. */
export async function readDropped(
  services: readonly RunningService[],
): Promise<Record<string, number>> {
  const dropped: Record<string, number> = {}
  for (const service of services) {
    for (const [reason, n] of Object.entries(
      await readMetricBy(service.url() ?? '', 'tributary_channel_dropped_total', 'reason'),
    ))
      dropped[reason] = (dropped[reason] ?? 0) + n
  }
  return dropped
}
