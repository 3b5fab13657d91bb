import type { KafkaClient } from '#runtime/kafka/ports.ts'
import { segmentTransitionCodec } from '#runtime/log/public-records.ts'
import { birthProfileId, homeOf } from '#runtime/pseudonym/pseudonym.ts'
import type { Installation } from '../../support/pipeline/installation.ts'
import type { ToldEvent } from '../../support/pipeline/told-events.ts'

/** Somebody new who buys once, and so enters a segment. */
export interface Probe {
  readonly event: ToldEvent
  readonly profileId: string
  /** When it was to be sent, by a clock that only goes forward, milliseconds. */
  readonly dueAt: number
}

/** People whose homes are in other partitions than `avoid`, one every `everyMs`. */
export function makeProbes(
  { pseudonymiser }: Pick<Installation, 'pseudonymiser'>,
  run: string,
  plan: {
    readonly count: number
    readonly everyMs: number
    readonly startAt: number
    readonly at: number
    readonly avoid: number
    readonly partitions: number
  },
): readonly Probe[] {
  const probes: Probe[] = []
  for (let n = 0; probes.length < plan.count; n += 1) {
    const user = `probe-${run}-${n}`
    const fragment = pseudonymiser.fragmentId('user_id', user)
    if (homeOf(fragment, plan.partitions) === plan.avoid) continue
    probes.push({
      event: {
        id: `probe-${run}-${n}`,
        at: plan.at,
        type: 'order_completed',
        identifiers: { user_id: user, email: `probe-${run}-${n}@example.org` },
        properties: { total: 1, currency: 'EUR' },
      },
      profileId: birthProfileId(fragment),
      dueAt: plan.startAt + probes.length * plan.everyMs,
    })
  }
  return probes
}

/** When a profile was first said to have entered a segment, by the clock of `now`. */
export interface Arrivals {
  readonly enteredAt: ReadonlyMap<string, number>
  stop(): Promise<void>
}

export async function watchSegments(
  kafka: KafkaClient,
  topic: string,
  partitions: number,
  now: () => number,
): Promise<Arrivals> {
  const enteredAt = new Map<string, number>()
  const ending = new AbortController()
  const follow = async (partition: number): Promise<void> => {
    const batches = kafka
      .reader()
      .read({ topic, partition }, { from: 'start', untilEnd: false, signal: ending.signal })
    for await (const { records } of batches) {
      const at = now()
      for (const { value } of records) {
        if (value === null) continue
        const { profileId, to } = segmentTransitionCodec.decode(value)
        if (to === 'entered' && !enteredAt.has(profileId)) enteredAt.set(profileId, at)
      }
    }
  }
  const following = Array.from({ length: partitions }, async (_, partition) =>
    follow(partition).catch((error: unknown) => {
      if (!ending.signal.aborted) throw error
    }),
  )
  return {
    enteredAt,
    async stop() {
      ending.abort()
      await Promise.all(following)
    },
  }
}
