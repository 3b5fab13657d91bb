import { setTimeout as pause } from 'node:timers/promises'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { type CpuTimes, cpuBetween, type Member, readCpu } from '../cpu.ts'
import type { Lane } from './lane.ts'

/** What one contestant needed in one round. */
export interface RunFigures {
  /** From the moment at which the untimed part was in `events` until everything was in all tables. */
  readonly seconds: number
  /** Applied within that time. */
  readonly events: number
  readonly events_per_second: number
  /** Of every process together: services, broker, ClickHouse. */
  readonly cpu_seconds: number
  readonly events_per_cpu_second: number
  readonly cpu: CpuTimes
}

export interface TimedRunOptions {
  /** Events of the untimed part. */
  readonly warmUp: number
  readonly total: number
  /** The broker and ClickHouse, which all contestants share. */
  readonly shared: readonly Member[]
}

const lookEveryMs = 250
const stalledAfterMs = 60_000
const now = (): number => performance.now()

/** Starts a contestant whose topics are full, and measures from the end of the untimed part until everything is applied. Its processes keep running. */
export async function timedRun(lane: Lane, options: TimedRunOptions): Promise<RunFigures> {
  const members = [...lane.start(), ...options.shared]
  const look = lookAt(lane)
  let first = await look()
  while (first < options.warmUp) {
    await pause(lookEveryMs)
    first = await look()
  }
  const startedAt = now()
  const cpuBefore = readCpu(members)
  while ((await look()) < options.total || !(await lane.isComplete())) await pause(lookEveryMs)
  const seconds = (now() - startedAt) / 1000
  const cpu = cpuBetween(cpuBefore, readCpu(members))
  return figuresOf(options.total - first, seconds, cpu)
}

/** Waits until so many events are in `events`. */
export async function untilApplied(lane: Lane, events: number): Promise<void> {
  const look = lookAt(lane)
  while ((await look()) < events) await pause(lookEveryMs)
}

/** Looks how many events are in `events`. @throws Error when a process has ended, or nothing was applied for a minute. */
function lookAt(lane: Lane): () => Promise<number> {
  let newest = { applied: -1, at: now() }
  return async () => {
    lane.assertAlive()
    const applied = await countEvents(lane.clickhouse)
    if (applied > newest.applied) newest = { applied, at: now() }
    else if (now() - newest.at > stalledAfterMs)
      throw new Error(
        `nothing was applied for ${stalledAfterMs / 1000} s, after ${applied} events: ${await lane.trouble()}`,
      )
    return applied
  }
}

/** @throws RangeError when nothing was left to measure after the untimed part. */
export function figuresOf(events: number, seconds: number, cpu: CpuTimes): RunFigures {
  if (events <= 0)
    throw new RangeError('everything was applied before it could be timed: more --events')
  const cpuSeconds = Object.values(cpu).reduce((sum, one) => sum + one, 0)
  return {
    seconds: rounded(seconds, 2),
    events,
    events_per_second: Math.round(events / seconds),
    cpu_seconds: rounded(cpuSeconds, 2),
    events_per_cpu_second: Math.round(events / cpuSeconds),
    cpu: Object.fromEntries(Object.entries(cpu).map(([name, one]) => [name, rounded(one, 2)])),
  }
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

/** The number of rows that parts say they have: nothing is read. No contestant writes an event twice unless it starts over, which the check finds. */
async function countEvents(clickhouse: ClickHouse): Promise<number> {
  const [row] = await clickhouse.query<{ readonly n: string }>('SELECT count() AS n FROM events')
  return Number(row?.n ?? 0)
}
