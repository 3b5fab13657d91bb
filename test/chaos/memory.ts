import { readFileSync } from 'node:fs'
import type { ServiceProcess } from '../support/pipeline/service-process.ts'

/** Of one process, in MB. */
export interface Memory {
  /** All that is resident, pages of mapped state files included. */
  readonly rss: number
  /** What the process made itself: heap, buffers, stacks. */
  readonly anonymous: number
}

/** By service; those whose system does not tell are left out. */
export type MemoryBy = Readonly<Record<string, Memory>>

export function readMemory(processes: readonly ServiceProcess[]): MemoryBy {
  return Object.fromEntries(
    processes.flatMap(({ instance, pid }) => {
      const memory = pid === undefined ? null : memoryOf(pid)
      return memory === null ? [] : [[instance, memory] as const]
    }),
  )
}

function memoryOf(pid: number): Memory | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const mb = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024
    return { rss: mb('VmRSS'), anonymous: mb('RssAnon') }
  } catch {
    return null
  }
}

/** How much more each one holds, to a tenth of a MB; only of those that both readings know. */
export function growth(
  before: MemoryBy,
  after: MemoryBy,
  of: keyof Memory,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, now]) => {
      const then = before[name]
      return then === undefined ? [] : [[name, Math.round((now[of] - then[of]) * 10) / 10]]
    }),
  )
}

/** One look at all processes. A service whose pid differs from the look before was started anew in between. */
export interface MemorySample {
  /** From the beginning of the load. */
  readonly seconds: number
  readonly by: MemoryBy
  readonly pids: Readonly<Record<string, number | undefined>>
}

/** Looks now and then until it is told to end; gives the looks in their order. */
export function watchMemory(
  running: () => readonly ServiceProcess[],
  everyMs: number,
): { end(): readonly MemorySample[] } {
  const samples: MemorySample[] = []
  const began = performance.now()
  const look = (): void => {
    const processes = running()
    samples.push({
      seconds: (performance.now() - began) / 1000,
      by: readMemory(processes),
      pids: Object.fromEntries(processes.map(({ instance, pid }) => [instance, pid])),
    })
  }
  look()
  const timer = setInterval(look, everyMs).unref()
  return {
    end() {
      clearInterval(timer)
      look()
      return samples
    },
  }
}
