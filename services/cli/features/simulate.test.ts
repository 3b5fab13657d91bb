import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { identityPolicy } from '#runtime/definition/identity-policy.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { runCli } from '../../../test/support/cli/run-cli.ts'
import { shippedDefinition } from '../../../test/support/fold/definition.ts'
import { readOfflineEvents } from '../identity/offline-event.ts'
import { simulate } from '../identity/simulate.ts'
import { simulateFeatures } from './simulate.ts'
import type { FeatureSimulation, SimulatedPerson } from './simulation.ts'

const definition = shippedDefinition(1)
const policy = identityPolicy(definition.definition.identity)
const types = new Set(policy.types.keys())
const start = Date.UTC(2026, 2, 1)
const hour = 3_600_000
const iso = (at: number): string => new Date(at).toISOString()

async function* toLines(events: readonly object[]): AsyncGenerator<string> {
  for (const event of events) yield JSON.stringify(event)
}

async function run(
  events: readonly object[],
  asOf = start + 300 * 24 * hour,
): Promise<FeatureSimulation> {
  let left = 0
  const read = readOfflineEvents('in.jsonl', toLines(events), types, epochMs(asOf), () => {
    left += 1
  })
  const { simulation } = await simulateFeatures(read, definition, epochMs(asOf), {
    explained: false,
    leftOut: () => left,
  })
  return simulation
}

const person = ({ profiles }: FeatureSimulation): SimulatedPerson => {
  const [only] = profiles
  if (only === undefined || profiles.length > 1) throw new Error(`${profiles.length} profiles`)
  return only
}

const whoIsWho = ({
  profiles,
}: {
  readonly profiles: readonly Pick<SimulatedPerson, 'identifiers' | 'profile_id'>[]
}) => profiles.map(({ identifiers, profile_id }) => ({ profile_id, identifiers }))

let serial = 0
const event = (type: string, at: number, more: object = {}): object => {
  serial += 1
  return { id: `e${serial}`, type, at: iso(at), identifiers: { user_id: 'ada' }, ...more }
}

const order = (at: number, total: number, more: object = {}): object =>
  event('order_completed', at, { properties: { total, currency: 'EUR' }, ...more })

const ordersOf = async (more: object) =>
  person(await run([order(start, 5, more)])).features['orders']?.value

describe('features simulate', () => {
  it('lets every timer fire at its own moment', async () => {
    const cart = event('product_added', start)
    const { segments, transitions } = person(await run([cart], start + 200 * 24 * hour))
    // Half of 1 is left after one half-life of three days, and a moment later it is less.
    expect(
      transitions.map(({ at, cause, segment, to }) => `${at} ${to} ${segment} ${cause}`),
    ).toEqual([
      `${iso(start)} entered considering event`,
      `${iso(start + 4 * hour + 1)} entered cart_abandoner timer`,
      `${iso(start + 72 * hour + 1)} exited cart_abandoner timer`,
      `${iso(start + 144 * hour + 1)} exited considering timer`,
    ])
    expect(segments['cart_abandoner']).toMatchObject({
      member: false,
      next_change_at: null,
      because: { cart_interest: 0.499999998663 },
    })
  })

  it('says what time alone will do, group and other segments included', async () => {
    const { segments } = person(await run([order(start, 50)], start + hour))
    expect(segments['just_purchased']).toMatchObject({
      member: true,
      entered_at: iso(start),
      next_change_at: iso(start + 5 * 24 * hour + 1),
    })
    expect(segments['lapsed_silent']).toMatchObject({
      member: false,
      next_change_at: iso(start + 90 * 24 * hour + 1),
    })
  })

  it('leaves out what happened or was received after the time that is asked for', async () => {
    const events = [
      order(start, 1),
      order(start + 10 * hour, 2),
      // Late, and received when the one before it would have been: that one is as if it had not come.
      order(start + hour, 4),
      order(start + 2 * hour, 8, { received_at: iso(start + 9 * hour) }),
    ]
    const simulation = await run(events, start + 5 * hour)
    expect(person(simulation).features['revenue']?.value).toBe(5)
    expect(simulation.events).toMatchObject({ applied: 2, left_out: 2 })
  })

  it('takes the basis of the source that an event names, of the first one when it names none, and of a stranger none', async () => {
    expect(await ordersOf({ source: 'segment' })).toBe(1)
    expect(await ordersOf({ source: 'rudderstack', channel: 'web' })).toBe(1)
    expect(await ordersOf({ source: 'till' })).toBe(1)
    expect(await ordersOf({})).toBe(1)
    expect(await ordersOf({ source: 'nobody' })).toBe(null)
    expect(await ordersOf({ source: 'nobody', consent: { service: true } })).toBe(1)
    expect(await ordersOf({ consent: { service: 'denied' } })).toBe(null)
  })

  it('shows what the channels would dead-letter, and goes on', async () => {
    const simulation = await run([
      event('page_viewed', start + 10 * hour, { received_at: iso(start) }),
      order(start, 5),
    ])
    expect(simulation.refused).toMatchObject([{ line: 1, reason: 'future_event_time' }])
    expect(simulation.events.applied).toBe(1)
  })

  const identifiers = fc.dictionary(
    fc.constantFrom('user_id', 'email', 'anonymous_id', 'phone'),
    fc.constantFrom('a', 'b', 'c').map((one) => `${one}@shop.org`),
    { minKeys: 1 },
  )
  const history = fc
    .array(fc.record({ identifiers, gap: fc.integer({ min: 0, max: 10 * 24 * hour }) }), {
      minLength: 1,
      maxLength: 25,
    })
    .map((steps) => {
      let at = start
      return steps.map(({ gap, identifiers: named }, index) => {
        at += gap
        return {
          ...order(at, index + 1),
          id: `h${index}`,
          at: iso(at),
          // Phones of one name are too few digits to be any: they would be junk.
          identifiers: Object.fromEntries(
            Object.entries(named).map(([type, value]) => [
              type,
              type === 'phone' ? `+49301234567${value.charCodeAt(0) % 10}` : value,
            ]),
          ),
        }
      })
    })

  it('finds who identity simulate finds, and everything that happened in exactly one profile', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (events) => {
        const simulation = await run(events)
        const identity = await simulate(
          readOfflineEvents('in.jsonl', toLines(events), types),
          policy,
          createScreen(definition.definition),
        )
        expect(whoIsWho(simulation)).toEqual(whoIsWho(identity))
        const ofProfile = (name: string) =>
          new Map(
            simulation.profiles.map(({ features, profile_id }) => [
              profile_id,
              features[name]?.value ?? 0,
            ]),
          )
        const orders = ofProfile('orders')
        const revenue = ofProfile('revenue')
        for (const { profile_id } of identity.profiles) {
          const own = identity.events.flatMap((each, index) =>
            each.profile_id === profile_id ? [index + 1] : [],
          )
          expect(orders.get(profile_id)).toBe(own.length)
          expect(revenue.get(profile_id)).toBe(own.reduce((sum, each) => sum + each, 0))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('gives the same answer in one look as in two', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(500), async (events, days) => {
        const asOf = start + days * 24 * hour
        const upTo = events.filter(({ at }) => Date.parse(at) <= asOf)
        expect((await run(events, asOf)).profiles).toEqual((await run(upTo, asOf)).profiles)
      }),
      { numRuns: 30 },
    )
  })
})

describe('the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'features-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const input = join(folder, 'in.jsonl')
  const args = (...more: string[]) => [
    'features',
    'simulate',
    '--pipeline',
    'infra/pipeline.yaml',
    '--input',
    input,
    '--as-of',
    iso(start + 6 * hour),
    ...more,
  ]

  it('prints one JSON object of the promised form', async () => {
    writeFileSync(
      input,
      `${JSON.stringify(event('product_added', start, { source: 'segment' }))}\n`,
    )
    const { status, stdout } = await runCli(args('--json'))
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      as_of: iso(start + 6 * hour),
      profiles: [
        {
          identifiers: [{ type: 'user_id', value: 'ada' }],
          features: {
            cart_interest: {
              value: 2 ** (-6 / 72),
              value_at_ref: 1,
              ref_time: iso(start),
              stale: false,
            },
            avg_order_value: { value: null },
          },
          segments: {
            cart_abandoner: {
              member: true,
              entered_at: iso(start + 4 * hour + 1),
              rule_version: '1',
              next_change_at: iso(start + 72 * hour + 1),
            },
          },
          transitions: [
            { segment: 'considering', to: 'entered', cause: 'event' },
            { segment: 'cart_abandoner', to: 'entered', cause: 'timer' },
          ],
        },
      ],
    })
  })

  it('prints for people, and explains each segment when asked', async () => {
    writeFileSync(
      input,
      `${JSON.stringify(event('product_added', start, { source: 'nobody', consent: { personalisation: true } }))}\n`,
    )
    const { stderr, stdout } = await runCli(args('--explain'))
    expect(stderr).toContain('has no source nobody')
    expect(stdout).toContain('in cart_abandoner since')
    expect(stdout).toContain('just_purchased: not in: the purpose service is unanswered')
  })

  it('says which line is wrong', async () => {
    writeFileSync(input, `{"id":"1","at":"2026-03-01T00:00:00Z","identifiers":{"shoe":"x"}}\n`)
    const { status, stderr } = await runCli(args())
    expect(status).toBe(2)
    expect(stderr).toContain('in.jsonl:1: unknown identifier type shoe')
  })
})
