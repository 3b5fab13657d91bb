import { definitionVersion, type FragmentId } from '#runtime/event/ids.ts'
import type { Body, Origin } from '#runtime/log/messages.ts'
import { birthProfileId, createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import type {
  EventRow,
  ProfileIdentifierRow,
  ProfileRow,
  SegmentMembershipRow,
  SegmentTransitionRow,
} from '#schemas/clickhouse/rows.ts'
import type { Random } from '../../model/random.ts'
import { testDefinition } from '../fold/definition.ts'
import { routedEvent } from '../fold/events.ts'
import { testPartition } from '../fold/partition.ts'

export const purposes = ['service', 'analytics']
/** The pipeline file of these lives. */
export const pipeline = `
features:
  - { name: views, description: Views, kind: count, events: [page_viewed], purpose: service }
  - { name: heat, description: Heat, kind: decayed_count, events: [page_viewed], half_life: 2d, purpose: analytics }
  - { name: pages, description: Pages, kind: decayed_topk, events: [page_viewed], key: properties.path, half_life: 2d, k: 20, purpose: service }
  - { name: spent, description: Spent, kind: sum, events: [order_completed], value: properties.total, currency: EUR, purpose: analytics }
  - { name: segments, description: A name that is taken, kind: last, events: [page_viewed], value: properties.path, purpose: service }
traits:
  - { name: city, type: string, purpose: analytics, description: City }
segments:
  - { name: keen, description: Keen, owner: a@b.example, objective: None, success_metric: { event: page_viewed, aggregation: count, window: 7d, direction: up }, review_by: 2030-01-01, enter: views >= 3, priority: 1, purpose: service }
  - { name: warm, description: Warm, owner: a@b.example, objective: None, success_metric: { event: page_viewed, aggregation: count, window: 7d, direction: up }, review_by: 2030-01-01, enter: heat > 1.5, priority: 2, purpose: service }
`
const hourMs = 3_600_000
export const dayMs = 24 * hourMs
export const halfLifeMs = 2 * dayMs
export const start = Date.parse('2026-01-01T00:00:00.000Z')
export const end = start + 40 * dayMs
export const iso = (ms: number): string => new Date(ms).toISOString()
export const ms = (text: string): number => Date.parse(text)

export const installationKey = Buffer.alloc(32, 7)
const pseudonyms = createPseudonymiser(installationKey)

/** An identifier of somebody, in clear and as it is stored. */
export interface Name {
  readonly clear: string
  readonly fragment: FragmentId
  readonly birth: string
}
const nameOf = (type: string, value: string): Name => {
  const fragment = pseudonyms.fragmentId(type, value)
  return { clear: `${type}=${value}`, fragment, birth: birthProfileId(fragment) }
}
export const people = Array.from({ length: 40 }, (_, n) => ({
  user: nameOf('user_id', `u${n}`),
  cookie: nameOf('anonymous_id', `c${n}`),
  // Comes only beside better ones: it has no events of its own.
  email: nameOf('email', `p${n}@example.org`),
}))

/** Every row that was ever written, in order. */
export interface Raw {
  readonly identifiers: ProfileIdentifierRow[]
  readonly profiles: ProfileRow[]
  readonly transitions: SegmentTransitionRow[]
  readonly memberships: SegmentMembershipRow[]
  readonly events: EventRow[]
}

/** Their lives as the production fold writes them: late events, merges, splits, erasures and changes of mind. */
export function live(random: Random): Raw {
  const raw: Raw = { identifiers: [], profiles: [], transitions: [], memberships: [], events: [] }
  const version = definitionVersion(0)
  const definitions = [testDefinition(0, pipeline, undefined, purposes)]
  const log = testPartition({ partition: 0, partitions: 1, definitions })
  const links: Origin = { kind: 'links' }
  const own: Origin = { kind: 'log', generation: 1, partition: 0 }
  const send = (at: number, message: Body, origin?: Origin): void => {
    for (let flush = log.send(at, message, origin); ; ) {
      raw.identifiers.push(...flush.rows.profile_identifiers)
      raw.profiles.push(...flush.rows.profiles)
      raw.transitions.push(...flush.rows.segment_transitions)
      raw.events.push(...flush.rows.events)
      raw.memberships.push(...flush.rows.segment_memberships)
      const sent = [...flush.frames.values()].flat()
      if (sent.length === 0) return
      // What it says to itself comes back through the log, a moment later.
      at += 20
      flush = log.sendAll(
        at,
        sent.map(({ body: one }) => one),
        own,
      )
    }
  }
  send(start, { kind: 'define', version }, { kind: 'definitions' })
  for (let at = start + hourMs, n = 0; at < end; at += 1 + random.below(hourMs), n += 1) {
    const { cookie, email, user } = random.pick(people)
    const kind = random.below(20)
    if (kind < 15) {
      const mine = random.pick([user, cookie])
      const answer = random.below(30)
      send(at, {
        kind: 'event',
        event: routedEvent({
          id: `e${n}`,
          identifiers: [mine.fragment],
          at: random.chance(0.3) ? at - random.below(10 * dayMs) : at - random.below(1000),
          receivedAt: at,
          type: random.chance(0.2) ? 'order_completed' : 'page_viewed',
          properties: { path: `/p${random.below(5)}`, total: 1.1, currency: 'EUR' },
          traits: random.chance(0.3) ? { city: random.pick(['Ulm', 'Bonn']) } : {},
          consent: {
            service: 'basis',
            analytics: answer === 0 ? 'denied' : answer === 1 ? 'granted' : 'basis',
          },
        }),
      })
    } else if (kind < 18) {
      for (const { fragment } of [cookie, email])
        send(at, { kind: 'assign', fragment, profile: birthProfileId(user.fragment) }, links)
    } else if (kind < 19) {
      send(
        at,
        { kind: 'assign', fragment: cookie.fragment, profile: birthProfileId(cookie.fragment) },
        links,
      )
    } else if (random.chance(0.1)) {
      for (const { fragment } of [user, cookie, email]) {
        send(at, { kind: 'assign', fragment, profile: birthProfileId(fragment) }, links)
        send(at, { kind: 'erase', fragment }, links)
      }
    }
  }
  return raw
}
