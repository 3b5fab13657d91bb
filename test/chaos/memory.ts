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

/**
 * How much higher each service's highest reading of the last third lies above that of the second third, to a tenth of a MB. The first third
 * warms up: V8 grows its heap, and caches fill, for minutes after every start, and services are killed and start again throughout.
 */
export function growth(
  samples: readonly MemorySample[],
  of: keyof Memory,
): Readonly<Record<string, number>> {
  const end = samples.at(-1)?.seconds ?? 0
  const peaks = (from: number, to: number): ReadonlyMap<string, number> => {
    const highest = new Map<string, number>()
    for (const { seconds, by } of samples)
      if (seconds >= from && seconds <= to)
        for (const [name, memory] of Object.entries(by))
          highest.set(name, Math.max(highest.get(name) ?? 0, memory[of]))
    return highest
  }
  const then = peaks(end / 3, (end * 2) / 3)
  return Object.fromEntries(
    [...peaks((end * 2) / 3, end)].flatMap(([name, now]) => {
      const before = then.get(name)
      return before === undefined ? [] : [[name, Math.round((now - before) * 10) / 10]]
    }),
  )
}
