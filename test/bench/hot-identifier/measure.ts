import { setTimeout as sleep } from 'node:timers/promises'
import type { Producer } from '#runtime/kafka/ports.ts'
import { encodeTold } from '../../support/pipeline/told-events.ts'
import type { Installation } from '../../support/pipeline/installation.ts'
import { homeOf } from '#runtime/pseudonym/pseudonym.ts'
import { pace } from '../pace.ts'
import { quantile } from '../statistics.ts'
import { type Arrivals, makeProbes, type Probe } from './probes.ts'

export interface RunPlan {
  /** Names this run's people. */
  readonly run: string
  readonly seconds: number
  readonly probesPerSecond: number
  /** Anonymous ids that come with the one address within the run; 0: a quiet run. */
  readonly hotIds: number
  readonly rawTopic: string
  readonly rawPartitions: number
  /** Of profile.log. */
  readonly partitions: number
}

export interface RunFigures {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly probes: number
}

const now = (): number => performance.now()
const betweenLooksMs = 25
const arriveMaxMs = 60_000

/** Sends at its times whatever happens (an open loop), and waits until every probe has entered its segment. */
export async function measureRun(
  installation: Installation,
  {
    hot: hotProducer,
    probes: probeProducer,
  }: { readonly hot: Producer; readonly probes: Producer },
  arrivals: Arrivals,
  plan: RunPlan,
): Promise<RunFigures> {
  const address = { email: `hot-${plan.run}@example.org` }
  const home = homeOf(
    installation.pseudonymiser.fragmentId('email', address.email),
    plan.partitions,
  )
  const startAt = now() + 500
  const at = Date.now() - 1000
  const probes = makeProbes(installation, plan.run, {
    count: plan.seconds * plan.probesPerSecond,
    everyMs: 1000 / plan.probesPerSecond,
    startAt,
    at,
    avoid: home,
    partitions: plan.partitions,
  })
  const overMs = plan.seconds * 1000
  const hot = pace({ count: plan.hotIds, overMs, startAt }, async (from, to) => {
    const events = Array.from({ length: to - from }, (_, n) => ({
      id: `hot-${plan.run}-${from + n}`,
      at,
      identifiers: { ...address, anonymous_id: `hot-${plan.run}-${from + n}` },
    }))
    await send(hotProducer, plan, events, from)
  })
  const probing = pace({ count: probes.length, overMs, startAt }, async (from, to) =>
    send(
      probeProducer,
      plan,
      probes.slice(from, to).map(({ event }) => event),
      from,
    ),
  )
  await Promise.all([hot, probing])
  return figuresOf(await arrived(probes, arrivals))
}

async function send(
  producer: Producer,
  { rawTopic, rawPartitions }: RunPlan,
  events: Parameters<typeof encodeTold>[0][],
  from: number,
): Promise<void> {
  if (events.length === 0) return
  await producer.send([
    {
      topic: rawTopic,
      records: events.map((event, n) => ({
        key: null,
        value: encodeTold(event),
        partition: (from + n) % rawPartitions,
      })),
    },
  ])
}

/** From the time at which each was to be sent until it was heard of, milliseconds. */
async function arrived(
  probes: readonly Probe[],
  { enteredAt }: Arrivals,
): Promise<readonly number[]> {
  const until = now() + arriveMaxMs
  while (probes.some(({ profileId }) => !enteredAt.has(profileId))) {
    if (now() > until) {
      const missing = probes.filter(({ profileId }) => !enteredAt.has(profileId)).length
      throw new Error(`${missing} of ${probes.length} probes were not heard of`)
    }
    await sleep(betweenLooksMs)
  }
  return probes.map(({ profileId, dueAt }) => (enteredAt.get(profileId) ?? 0) - dueAt)
}

const figuresOf = (latencies: readonly number[]): RunFigures => ({
  p50Ms: Math.round(quantile(latencies, 0.5)),
  p99Ms: Math.round(quantile(latencies, 0.99)),
  probes: latencies.length,
})
