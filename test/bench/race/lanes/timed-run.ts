import { setTimeout as pause } from 'node:timers/promises'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { type CpuTimes, cpuBetween, type Member, readCpu } from '../cpu.ts'
import { allEvents, allPeople, type StreamPlan } from '../stream/plan.ts'
import { type RaceEvent, raceEvents } from '../stream/events.ts'
import type { Lane } from './lane.ts'

/** What one contestant needed in one round. */
export interface RunFigures {
  /** From the moment at which it was let go on until everything was in all tables. */
  readonly seconds: number
  /** Of the timed part. */
  readonly events: number
  readonly events_per_second: number
  /** Of every process together: services, broker, ClickHouse. */
  readonly cpu_seconds: number
  readonly events_per_cpu_second: number
  readonly cpu: CpuTimes
}

export interface TimedRunOptions {
  readonly plan: StreamPlan
  /** The broker and ClickHouse, which all contestants share. */
  readonly shared: readonly Member[]
  /** Sends events to the contestant's topics. */
  readonly send: (events: Iterable<RaceEvent>) => Promise<void>
}

const lookEveryMs = 250
const stalledAfterMs = 60_000
/** Offsets and checkpoints that follow the last row. */
const restMs = 1000
const now = (): number => performance.now()

/**
 * Lets a contestant do the untimed part to its end, so that its code is compiled and its caches are warm. Then its processes are stopped
 * while the timed part is laid into the topics, and measured from when they may go on until everything is applied. They keep running.
 */
export async function timedRun(
  lane: Lane,
  { plan, send, shared }: TimedRunOptions,
): Promise<RunFigures> {
  const untilComplete = async (events: number, people: number): Promise<void> => {
    let missing = ''
    const look = lookAt(lane, () => missing)
    for (;;) {
      while ((await look()) < events) await pause(lookEveryMs)
      missing = await lane.missing(events, people)
      if (missing === '') return
      await pause(lookEveryMs)
    }
  }
  await send(raceEvents(plan.warm))
  const own = lane.start()
  await untilComplete(plan.warm.events, plan.warm.people)
  await pause(restMs)
  signal(own, 'SIGSTOP')
  await send(raceEvents(plan.timed))
  const members = [...own, ...shared]
  const cpuBefore = readCpu(members)
  const startedAt = now()
  signal(own, 'SIGCONT')
  await untilComplete(allEvents(plan), allPeople(plan))
  const seconds = (now() - startedAt) / 1000
  return figuresOf(plan.timed.events, seconds, cpuBetween(cpuBefore, readCpu(members)))
}

function signal(members: readonly Member[], name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const { pid } of members) process.kill(pid, name)
}

/** Waits until so many events are in `events`. */
export async function untilApplied(lane: Lane, events: number): Promise<void> {
  const look = lookAt(lane)
  while ((await look()) < events) await pause(lookEveryMs)
}

/**
 * Looks how many events are in `events`.
 * @param missing what else was lacking when somebody looked last
 * @throws Error when a process has ended, or neither of the two has changed for a minute
 */
function lookAt(lane: Lane, missing: () => string = () => ''): () => Promise<number> {
  let newest = { applied: -1, missing: '', at: now() }
  return async () => {
    lane.assertAlive()
    const applied = await countEvents(lane.clickhouse)
    if (applied > newest.applied || missing() !== newest.missing)
      newest = { applied, missing: missing(), at: now() }
    else if (now() - newest.at > stalledAfterMs)
      throw new Error(
        `nothing was applied for ${stalledAfterMs / 1000} s, after ${[`${applied} events`, missing(), await lane.trouble()].filter((text) => text !== '').join('; ')}`,
      )
    return applied
  }
}

export function figuresOf(events: number, seconds: number, cpu: CpuTimes): RunFigures {
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
