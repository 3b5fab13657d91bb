import { readFileSync } from 'node:fs'

/** Linux counts a process's time in hundredths of a second, whatever the kernel's own tick is. */
const ticksPerSecond = 100

/** A process that takes part. */
export interface Member {
  readonly name: string
  readonly pid: number
}

/** CPU seconds by process so far, those of children that have ended included. */
export type CpuTimes = Readonly<Record<string, number>>

/** @throws Error when one of them does not run any more, or the system does not tell (only Linux does, in /proc). */
export const readCpu = (members: readonly Member[]): CpuTimes =>
  Object.fromEntries(members.map(({ name, pid }) => [name, cpuSeconds(pid)]))

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The second field is the name in brackets and may hold blanks; utime, stime, cutime and cstime are the 14th to 17th of all.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond
}

export const cpuBetween = (before: CpuTimes, after: CpuTimes): CpuTimes =>
  Object.fromEntries(Object.entries(after).map(([name, end]) => [name, end - (before[name] ?? 0)]))
