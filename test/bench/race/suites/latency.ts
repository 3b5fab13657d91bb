import { setTimeout as pause } from 'node:timers/promises'
import { watchSegments } from '../../hot-identifier/probes.ts'
import { pace } from '../../pace.ts'
import { quantile } from '../../statistics.ts'
import type { TributaryLane } from '../lanes/tributary.ts'
import type { RaceOptions } from '../options.ts'
import type { RaceContext } from '../race.ts'
import { type RaceEvent, raceEvents } from '../stream/events.ts'
import { severalEveryDefault } from '../stream/people.ts'
import { planStreams } from '../stream/plan.ts'
import { loadTributary } from './loaded.ts'
import { probes, watchProfiles } from './probes.ts'

interface Plan {
  readonly rate: number
  readonly seconds: number
}

export interface Latencies {
  readonly p50_ms: number
  readonly p99_ms: number
  readonly max_ms: number
}

export interface LatencyResult {
  /** Events a second: half of what Tributary can do, or what was asked for. */
  readonly rate: number
  readonly seconds: number
  readonly probes: number
  /** From the intended time of sending until the entry was read from profile.segments. */
  readonly segment_topic: Latencies
  /** From the intended time of sending until the profile's row was in ClickHouse; asked four times a second. */
  readonly clickhouse: Latencies
}

const arriveMaxMs = 60_000
const probesPerSecond = 20

/** At a steady rate, sent at intended times whatever happens: how long until others can act on it. */
export async function latencySuite(
  context: RaceContext,
  options: RaceOptions,
  maximum: number | null,
): Promise<LatencyResult> {
  const plan = planStreams({ ...options, endsAt: Date.now() })
  const { drop, figures, lane, send } = await loadTributary(context, plan)
  const rate = options.rate ?? Math.round((maximum ?? figures.events_per_second) / 2)
  const result = await measure(lane, { rate, seconds: options.latencySeconds }, send)
  await lane.stop()
  await drop()
  return result
}

const now = (): number => performance.now()

async function measure(
  lane: TributaryLane,
  { rate, seconds }: Plan,
  send: (events: readonly RaceEvent[]) => Promise<void>,
): Promise<LatencyResult> {
  const { clickhouse, installation } = lane
  const topic = `${installation.prefix}.profile.segments`
  const described = await installation.admin.describeTopics([topic])
  const partitions = described.get(topic)?.partitions ?? 1
  const arrivals = await watchSegments(installation.kafka, topic, partitions, now)
  const startAt = now() + 500
  const count = seconds * probesPerSecond
  const endsAt = Date.now()
  const awaited = probes(installation.pseudonymiser, {
    count,
    everyMs: 1000 / probesPerSecond,
    startAt,
    at: endsAt - 60_000,
  })
  const overMs = seconds * 1000
  const givingUp = AbortSignal.timeout(overMs + arriveMaxMs)
  const stored = watchProfiles(clickhouse, awaited, givingUp)
  // Awaited when all is sent; a failure before that is no unhandled rejection, which would leave the stack behind.
  stored.catch(() => undefined)
  const load = raceEvents({
    seed: 3,
    name: 'load',
    events: rate * seconds,
    people: Math.ceil((rate * seconds) / 10),
    endsAt,
    days: 120,
    severalEvery: severalEveryDefault,
  })
  await Promise.all([
    pace({ startAt, overMs, count: rate * seconds }, async (from, to) =>
      send(nextOf(load, to - from)),
    ),
    pace({ startAt, overMs, count }, async (from, to) =>
      send(awaited.slice(from, to).map(({ event }) => event)),
    ),
  ])
  const rowAt = await stored
  while (awaited.some(({ profileId }) => !arrivals.enteredAt.has(profileId)) && !givingUp.aborted)
    await pause(20)
  lane.assertAlive()
  await arrivals.stop()
  return {
    rate,
    seconds,
    probes: count,
    segment_topic: latenciesOf(awaited, arrivals.enteredAt),
    clickhouse: latenciesOf(awaited, rowAt),
  }
}

/** Not `take`, which would end the whole when it has enough. */
function nextOf<T>(iterator: Iterator<T, void>, count: number): readonly T[] {
  const items: T[] = []
  for (let n = 0; n < count; n += 1) {
    const one = iterator.next()
    if (one.done === true) break
    items.push(one.value)
  }
  return items
}

/** @throws Error when one was not heard of: a latency that is left out would flatter. */
function latenciesOf(
  awaited: readonly { readonly profileId: string; readonly dueAt: number }[],
  heardOf: ReadonlyMap<string, number>,
): Latencies {
  const missing = awaited.filter(({ profileId }) => !heardOf.has(profileId)).length
  if (missing > 0) throw new Error(`${missing} of ${awaited.length} probes were not heard of`)
  const all = awaited.map(({ dueAt, profileId }) => (heardOf.get(profileId) ?? 0) - dueAt)
  return {
    p50_ms: Math.round(quantile(all, 0.5)),
    p99_ms: Math.round(quantile(all, 0.99)),
    max_ms: Math.round(Math.max(...all)),
  }
}
