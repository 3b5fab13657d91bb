import type { PipelineDefinition } from '#runtime/definition/schema.ts'
import { sourceName } from '#runtime/definition/source-name.ts'

/** An offline event, as `features simulate` takes it. */
export interface StreamEvent {
  readonly id: string
  readonly at: string
  readonly channel: string
  readonly source: string
  readonly type: string
  readonly identifiers: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, unknown>>
}

const hour = 3_600_000
const start = Date.UTC(2026, 0, 5, 8)

/** Numerical Recipes' linear congruence: enough for a stream that is always the same. */
function createPick(seed: number): <T>(from: readonly T[]) => T {
  let state = seed
  return (from) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const one = from[Math.floor((state / 2 ** 32) * from.length)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }
}

/** Forty people do for up to four months what the features of a pipeline file read, each with a pace and habits of their own. */
export function templateStream(
  { features, identity, sources }: PipelineDefinition,
  seed: number,
): readonly StreamEvent[] {
  const pick = createPick(seed)
  const types = [...new Set(features.flatMap(({ events }) => events))]
  const [best = 'user_id'] = identity.priority
  const drafts: (Omit<StreamEvent, 'id' | 'at'> & { readonly atMs: number })[] = []
  for (let person = 0; person < 40; person += 1) {
    const pace = pick([1, 6, 48])
    const habits = Array.from({ length: 8 }, () => pick(types))
    let atMs = start + pick([0, 24, 500]) * hour
    for (let n = pick([5, 20, 40]); n > 0; n -= 1) {
      atMs += pick([0.1, 1, 2]) * pace * hour
      const source = pick(sources)
      const isKnown = pick([true, true, false])
      drafts.push({
        atMs: Math.round(atMs),
        channel: source.channel,
        source: sourceName(source),
        type: pick(habits),
        identifiers: isKnown
          ? { [best]: `p${person}`, anonymous_id: `device-${person}` }
          : { anonymous_id: `device-${person}` },
        properties: {
          total: pick([5, 20, 80, 300]),
          currency: 'EUR',
          category: pick(['sport', 'cars', 'travel', 'film', 'shoes']),
          feature: pick(['board', 'report', 'export', 'chat']),
          path: pick(['/', '/pricing', '/help']),
          reason: pick(['price', 'content', 'other']),
          rating: pick([2, 6, 9]),
          ...(pick([true, false]) && { coupon: 'SPRING' }),
        },
      })
    }
  }
  return drafts
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, ...event }, index) => ({
      ...event,
      id: `e${index}`,
      at: new Date(atMs).toISOString(),
    }))
}
