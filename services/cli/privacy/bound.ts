import type { Admin } from '#runtime/kafka/ports.ts'
import { prefixed, topicName, type TopicName, topicNames, topicSpec } from '#schemas/topics.ts'

export const dayMs = 86_400_000

/** How long one place may go on holding what was erased. */
export interface BoundPart {
  readonly place: string
  /** null: nothing bounds it. */
  readonly ms: number | null
  readonly why: string
}

export interface Bound {
  /** The longest of the parts, in whole days; null: one of them has no end. */
  readonly days: number | null
  readonly parts: readonly BoundPart[]
  /** Topics of the company: not Tributary's to delete from, and not in the bound. */
  readonly company: readonly BoundPart[]
}

const settings = [
  'cleanup.policy',
  'retention.ms',
  'segment.ms',
  'max.compaction.lag.ms',
  'file.delete.delay.ms',
] as const

/** Brokers look for what is too old every five minutes, compaction takes its turn: an hour is plenty. */
const slackMs = 3_600_000
const largest = Number.MAX_SAFE_INTEGER

/** The bound that the settings of the brokers and of this installation give. */
export async function readBound(
  admin: Pick<Admin, 'describeTopics' | 'topicConfig'>,
  prefix: string,
  generation: number,
  /** Of tables and of the files of states. */
  elsewhere: readonly BoundPart[],
  sourceTopics: readonly string[],
): Promise<Bound> {
  const parts: BoundPart[] = [...elsewhere]
  const company: BoundPart[] = []
  let logMs: number | null = null
  for (const name of topicNames) {
    if (withoutPeople.has(name) || topicSpec(name).role === 'source') continue
    const topic = topicName(prefix, name, generation)
    if (!(await admin.describeTopics([topic])).has(topic)) continue
    const part = topicPart(name, await admin.topicConfig(topic, settings))
    parts.push(part)
    if (name === 'profile.log') logMs = part.ms
  }
  for (const topic of sourceTopics)
    company.push(
      topicPart(topic.slice(prefixed(prefix, '').length), await admin.topicConfig(topic, settings)),
    )
  parts.push({
    place: 'checkpoints',
    ms: logMs,
    why: 'a sweep removes copies of states from before the erasure as soon as there is a newer one, and any that is older than profile.log is kept',
  })
  return { days: daysOf(parts), parts, company }
}

export const states = 'files of states'

/** A state is written anew by log time, and an idle partition's clock goes by Ticks: an hour is plenty. */
export const statePart = (rewriteAfterMs: number): BoundPart => ({
  place: states,
  ms: rewriteAfterMs + slackMs,
  why: `a service writes the file of a state anew ${inDays(rewriteAfterMs)} after an erasure (TRIBUTARY_STATE_REWRITE_MS)`,
})

const withoutPeople: ReadonlySet<TopicName> = new Set([
  'pipeline.definitions',
  'pipeline.generations',
  'pipeline.keys',
  // What stays, on purpose.
  'identity.suppressions',
  'identity.expiries',
])
/** Brokers drop whole segments: a record may lie in one with records that are younger by `segment.ms`. */
export function topicPart(name: string, config: ReadonlyMap<string, string>): BoundPart {
  const number = (setting: string): number => Number(config.get(setting) ?? Number.NaN)
  const place = `topic ${name}`
  if (config.get('cleanup.policy') === 'compact') {
    const lag = number('max.compaction.lag.ms')
    return lag > 0 && lag < largest
      ? {
          place,
          ms: lag + number0(number('file.delete.delay.ms')) + slackMs,
          why: `removed records are compacted after ${inDays(lag)} (max.compaction.lag.ms)`,
        }
      : { place, ms: null, why: 'max.compaction.lag.ms is not set: tributary topics apply' }
  }
  const retention = number('retention.ms')
  const segment = number0(number('segment.ms'))
  return retention >= 0
    ? {
        place,
        ms: retention + segment + slackMs,
        why: `kept for ${inDays(retention)} (retention.ms), in segments of ${inDays(segment)} (segment.ms)`,
      }
    : { place, ms: null, why: 'kept for ever (retention.ms)' }
}

const number0 = (value: number): number => (Number.isFinite(value) ? value : 0)

export const inDays = (ms: number): string => {
  const days = ms / dayMs
  return days >= 1
    ? `${Math.round(days * 10) / 10} d`
    : `${Math.round((ms / 3_600_000) * 100) / 100} h`
}

export function daysOf(parts: readonly BoundPart[]): number | null {
  let longest = 0
  for (const { ms } of parts) {
    if (ms === null) return null
    longest = Math.max(longest, ms)
  }
  return Math.ceil(longest / dayMs)
}
