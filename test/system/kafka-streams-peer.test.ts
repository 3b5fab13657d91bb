// The race says something only if both sides compute the same (test/bench/peers/kafka-streams/README.md). Here they do it to the same
// events without any race: its fold in Java, by its self-check, and ours.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { identityPolicy } from '#runtime/definition/identity-policy.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import { simulateFeatures } from '../../services/cli/features/simulate.ts'
import type { FeatureSimulation } from '../../services/cli/features/simulation.ts'
import { readOfflineEvents } from '../../services/cli/identity/offline-event.ts'
import { buildPeer, peerOutput } from '../bench/peers/peer.ts'
import { raceEvents } from '../bench/race/stream/events.ts'
import { createRandom } from '../world/random.ts'

const endsAt = Date.UTC(2026, 5, 1)
const stream = {
  seed: 5,
  events: 6000,
  people: 300,
  severalEvery: 5,
  name: 'same',
  endsAt,
  days: 120,
}
/** Long enough after the end for timers, what fades falls below its thresholds, and not for all orders to have left their window. */
const asOf = endsAt + 12 * 86_400_000
const pipeline = readFileSync('test/bench/race/pipeline.yaml', 'utf8')
const sourceOf = { web: 'shop_web', email: 'shop_mail', crm: 'shop_crm' } as const

interface PeerPerson {
  readonly profile_id: string
  readonly features: Readonly<
    Record<string, { value: unknown; value_at_ref?: unknown; ref_time?: unknown }>
  >
  readonly segments: Readonly<
    Record<string, { member: boolean; entered_at: string | null; rule_hash: string }>
  >
  readonly transitions: readonly {
    segment: string
    at: string
    to: string
    cause: string
    because: string
  }[]
}

/** Offline events: some of them twice, of which those that come after more than 35 days count again, and each tenth later than it happened. */
function offlineEvents(): readonly (object & { readonly person: number })[] {
  const random = createRandom(11, 0)
  const inOrder = [...raceEvents(stream)]
  const arriving = inOrder.flatMap((event) => {
    const late = random.next() < 0.1 ? random.int(5 * 86_400_000) : 0
    const once = { event, receivedAt: Math.min(event.at + late, endsAt) }
    return random.next() < 0.05 ? [once, { event, receivedAt: endsAt }] : [once]
  })
  return arriving
    .toSorted((a, b) => a.receivedAt - b.receivedAt)
    .map(({ event, receivedAt }) => ({
      id: event.id,
      at: new Date(event.at).toISOString(),
      received_at: new Date(receivedAt).toISOString(),
      channel: event.channel,
      source: sourceOf[event.channel],
      type: event.type,
      identifiers: Object.fromEntries(event.identifiers),
      properties: event.properties,
      person: event.person,
    }))
}

async function* linesOf(events: readonly object[]): AsyncGenerator<string> {
  for (const event of events) yield JSON.stringify(event)
}

async function ours(events: readonly object[]): Promise<FeatureSimulation> {
  const definition = loadDefinition(pipeline, definitionVersion(1))
  const types = new Set(identityPolicy(definition.definition.identity).types.keys())
  const read = readOfflineEvents('events', linesOf(events), types, epochMs(asOf))
  const { simulation } = await simulateFeatures(read, definition, epochMs(asOf), {
    explained: false,
    leftOut: () => 0,
  })
  return simulation
}

/** The final assignments are a gift to the peer: who is one person is not its part of the race. */
const assignmentsOf = ({ profiles }: FeatureSimulation): Readonly<Record<string, string>> =>
  Object.fromEntries(
    profiles.flatMap(({ identifiers, profile_id }) =>
      identifiers.map(({ type, value }) => [`${type}=${value}`, profile_id]),
    ),
  )

const isClose = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))

/** Equal, numbers to 1e-9 of themselves. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return isClose(a, b)
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, place) => same(one, b[place]))
  return a === b
}

const directory = mkdtempSync(join(tmpdir(), 'tributary-peer-'))
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

const cannot = await buildPeer()

describe.skipIf(cannot !== null)(
  `the Kafka Streams peer${cannot === null ? '' : `: ${cannot}`}`,
  () => {
    const events = offlineEvents()
    let expected: FeatureSimulation
    let found: ReadonlyMap<string, PeerPerson>
    let duplicates: number

    beforeAll(async () => {
      expected = await ours(events)
      writeFileSync(
        join(directory, 'events.jsonl'),
        events.map((one) => `${JSON.stringify(one)}\n`).join(''),
      )
      writeFileSync(join(directory, 'assignments.json'), JSON.stringify(assignmentsOf(expected)))
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the self-check prints
      const printed = JSON.parse(
        await peerOutput([
          '--self-check',
          join(directory, 'events.jsonl'),
          '--assignments',
          join(directory, 'assignments.json'),
          '--as-of',
          new Date(asOf).toISOString(),
        ]),
      ) as { readonly profiles: readonly PeerPerson[]; readonly duplicates: number }
      found = new Map(printed.profiles.map((one) => [one.profile_id, one]))
      ;({ duplicates } = printed)
    })

    test('finds the same people and the same duplicates', () => {
      expect([...found.keys()].toSorted()).toEqual(
        expected.profiles.map(({ profile_id }) => profile_id).toSorted(),
      )
      expect(duplicates).toBe(expected.events.duplicates)
      expect(duplicates).toBeGreaterThan(50)
    })

    test('computes every feature of everybody to 1e-9', () => {
      let compared = 0
      const different: unknown[] = []
      for (const { profile_id, features } of expected.profiles)
        for (const [name, feature] of Object.entries(features)) {
          const theirs = found.get(profile_id)?.features[name]
          compared += 1
          const isSame =
            theirs !== undefined &&
            same(theirs.value, feature.value) &&
            (theirs.value_at_ref === undefined ||
              (same(theirs.value_at_ref, feature.value_at_ref) &&
                theirs.ref_time === feature.ref_time))
          if (!isSame) different.push({ profile_id, name, theirs, feature })
        }
      expect(different).toEqual([])
      expect(compared).toBe(expected.profiles.length * 15)
    })

    test('moves whoever has one identifier into and out of the same segments, at the same moments and for the same reasons', () => {
      // Of others, our side decides anew with each merge, and the peer, which knows the end, merges nobody.
      const single = expected.profiles.filter(({ identifiers }) => identifiers.length === 1)
      expect(single).toHaveLength(stream.people - stream.people / stream.severalEvery)
      let moves = 0
      for (const { profile_id, segments, transitions } of single) {
        const theirs = found.get(profile_id)
        for (const [name, { member, entered_at }] of Object.entries(segments))
          expect({ name, ...theirs?.segments[name] }).toMatchObject({ name, member, entered_at })
        moves += transitions.length
        expect(
          theirs?.transitions.map(({ because, ...move }) => ({
            ...move,
            because: JSON.parse(because) as unknown,
          })),
        ).toEqual(
          transitions.map(({ segment, at, to, cause, because }) => ({
            segment,
            at,
            to,
            cause,
            because,
          })),
        )
      }
      expect(moves).toBeGreaterThan(300)
    })

    test('hashes the same rules', () => {
      const { segments } = loadDefinition(pipeline, definitionVersion(1))
      const [anybody] = found.values()
      expect(segments.map(({ name, ruleHash }) => [name, ruleHash])).toEqual(
        Object.entries(anybody?.segments ?? {}).map(([name, { rule_hash }]) => [name, rule_hash]),
      )
    })
  },
)
