import { describe, expect, test } from 'vitest'
import { defaultLimits } from '#runtime/channel/core/limits.ts'
import { silentTally } from '#runtime/channel/core/outcome.ts'
import { createRules } from '#runtime/channel/shell/rules.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import { identityPolicy } from '#runtime/definition/identity-policy.ts'
import { definitionVersion, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import {
  createDataKey,
  type DataKeyId,
  isSealed,
  traitPlace,
} from '#runtime/keys/data-keys/index.ts'
import { decodeFrame, encodeFrame } from '#runtime/log/frame.ts'
import type { Message, Origin } from '#runtime/log/messages.ts'
import { birthProfileId, createPseudonymiser, homeOf } from '#runtime/pseudonym/pseudonym.ts'
import { createLinker } from '../../services/identity/core/linker.ts'
import { createMemoryState as createLinkerState } from '../../services/identity/core/memory-state.ts'
import { emailVendors } from '../../services/email/core/vendors.ts'
import { webVendors } from '../../services/web/core/vendors.ts'
import { shippedDefinition } from '../support/fold/definition.ts'
import { type TestPartition, testPartition } from '../support/fold/partition.ts'
import { createInstallation } from '../support/pipeline/installation.ts'

// Ada opens a newsletter. Some time later she signs in to the shop. Two systems tell of her, in their own words, and neither knows of
// the other. This tour follows the two records until they are one profile: first through the pure functions, step by step, then
// through the real services. Nothing here is made up for the tour: it calls what production calls.

const receivedAt = epochMs(Date.parse('2026-03-01T12:00:00.000Z'))

/** What SendGrid's webhook delivers: an array of events. Ada's address is written as she typed it once. */
const opened = JSON.stringify([
  {
    email: 'Ada@Mail.Example.NET',
    timestamp: Date.parse('2026-03-01T09:00:00.000Z') / 1000,
    event: 'open',
    sg_event_id: 'sendgrid-event-1',
    sg_message_id: 'message-1.recvd-1-0',
    useragent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)',
    sg_machine_open: false,
  },
])

/** What Segment's library sends when she signs in. */
const identified = JSON.stringify({
  type: 'identify',
  messageId: 'ajs-1',
  anonymousId: '9f6a4d1e-5b0c-4d0a-8f1e-2f6b7c1d3e4f',
  userId: 'u-1815',
  traits: { email: 'ada@mail.example.net', firstName: 'Ada' },
  timestamp: '2026-03-01T10:00:00.000Z',
})

const raw = (topic: string): Origin => ({ kind: 'raw', topic, incarnation: 0, partition: 0 })

describe('through the pure functions', () => {
  const partitions = 4
  const definition = shippedDefinition(1)
  const pseudonymiser = createPseudonymiser(new Uint8Array(32).fill(7))
  const adaByMail = pseudonymiser.fragmentId('email', 'ada@mail.example.net')
  const adaByAccount = pseudonymiser.fragmentId('user_id', 'u-1815')
  const adaByCookie = pseudonymiser.fragmentId(
    'anonymous_id',
    '9f6a4d1e-5b0c-4d0a-8f1e-2f6b7c1d3e4f',
  )

  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const keyId = 'AAAAAAAAAAAAAAAAAAAAAA' as DataKeyId
  const dataKeyOf = (fragment: FragmentId) =>
    createDataKey(keyId, fragment, new Uint8Array(32).fill(9))

  const rulesOf = (channel: 'email' | 'web') =>
    createRules(definition, {
      channel,
      vendors: channel === 'email' ? emailVendors : webVendors,
      limits: defaultLimits,
      pseudonymiser,
      partitions,
      suppressed: () => undefined,
      // As a channel service does it with the keys on privacy.keys, one of each fragment.
      sealing: { seal: (fragment, ...what) => dataKeyOf(fragment).seal(...what) },
      prefix: '',
      tally: silentTally,
    })

  const route = (channel: 'email' | 'web', record: string) => {
    const rules = rulesOf(channel)
    const source = rules.sourceOf(`channel.${channel}`)
    if (source === undefined) throw new Error(`the pipeline file reads no channel.${channel}`)
    const [fate] = rules.engine.process(JSON.parse(record), source.settings, receivedAt, null)
    if (fate?.fate !== 'routed') throw new Error(`not routed: ${JSON.stringify(fate)}`)
    return fate.routed
  }

  test('1. normalise: a vendor’s words become ours, still in clear', () => {
    const source = rulesOf('email').sourceOf('channel.email')
    if (source === undefined) throw new Error('the pipeline file reads no channel.email')
    const normaliser = createNormaliser({
      vendors: emailVendors,
      definition: definition.definition,
    })
    const outcomes = normaliser.normalise(JSON.parse(opened), source.settings, receivedAt)
    // One outcome for each event in the record. `receivedAt` is the broker's time: no clock was looked at.
    expect(outcomes).toMatchObject([
      {
        outcome: 'ok',
        index: 0,
        event: {
          eventId: 'sendgrid-event-1',
          channel: 'email',
          source: 'sendgrid',
          type: 'email_opened',
          occurredAt: Date.parse('2026-03-01T09:00:00.000Z'),
          receivedAt,
          identifiers: [{ type: 'email', value: 'ada@mail.example.net', blocked: null, flags: [] }],
          machine: null,
        },
      },
    ])
  })

  test('2. de-identify and route: from here on there is no address', () => {
    const { event, partition } = route('email', opened)
    // The identifier is now a keyed pseudonym, and the best one of the event names its fragment …
    expect(event.identifiers).toEqual([{ id: adaByMail, blocked: null }])
    expect(event.fragment).toBe(adaByMail)
    expect(JSON.stringify(event).toLowerCase()).not.toContain('ada@')
    // … whose home follows from the name alone: no table is read, so nobody waits for anybody.
    expect(partition).toBe(homeOf(adaByMail, partitions))

    const signIn = route('web', identified).event
    expect(signIn.fragment).toBe(adaByAccount)
    expect(signIn.identifiers.map(({ id }) => id)).toEqual([adaByAccount, adaByMail, adaByCookie])
    // The pipeline file keeps the first name for a purpose, under the name that it gives it: sealed with a key of the fragment from here on.
    expect(Object.keys(signIn.traits)).toEqual(['first_name'])
    expect(isSealed(signIn.traits['first_name'])).toBe(true)
    const name = dataKeyOf(adaByAccount).open(
      String(signIn.traits['first_name']),
      traitPlace('first_name'),
    )
    expect(name).toBe('Ada')
  })

  test('3. frame: what one flush has for one partition is one record of profile.log', () => {
    const { event } = route('email', opened)
    const origin: Origin = { kind: 'raw', topic: 'channel.email', incarnation: 0, partition: 2 }
    // The position says where in the raw topic it came from: (offset, index in the record, index of the effect).
    const message: Message = { position: [41, 0, 0], body: { kind: 'event', event } }
    const bytes = encodeFrame({ origin, logTime: null, messages: [message] })
    // What is read has its properties as the text that they came as too, which is what the row of the event takes.
    const propertiesJson = JSON.stringify(event.properties)
    expect(decodeFrame(bytes)).toEqual({
      origin,
      logTime: null,
      messages: [{ ...message, body: { kind: 'event', event: { ...event, propertiesJson } } }],
    })
  })

  test('4. fold, link, assign, member, row: two fragments become one profile', () => {
    const homes = new Map<number, TestPartition>()
    const partitionOf = (partition: number): TestPartition => {
      const known = homes.get(partition)
      if (known !== undefined) return known
      const opening = testPartition({ partition, partitions, definitions: [definition] })
      // The rules are in the log too.
      opening.send(
        receivedAt,
        { kind: 'define', version: definitionVersion(1) },
        { kind: 'definitions' },
      )
      homes.set(partition, opening)
      return opening
    }
    const homeOfMail = partitionOf(homeOf(adaByMail, partitions))
    const homeOfAccount = partitionOf(homeOf(adaByAccount, partitions))

    // Fold: the home of the address takes the opened newsletter, and a profile of its own comes to be.
    const afterOpen = homeOfMail.send(
      receivedAt,
      { kind: 'event', event: route('email', opened).event },
      raw('channel.email'),
    )
    expect(afterOpen.rows.events).toMatchObject([{ fragment_id: adaByMail, type: 'email_opened' }])
    expect(afterOpen.rows.profiles).toMatchObject([
      { profile_id: birthProfileId(adaByMail), members: [adaByMail], f_email_engagement: 1 },
    ])
    // One identifier is evidence of nothing: no link.
    expect(afterOpen.links).toEqual([])

    // The sign-in has three identifiers. Its home says so on identity.links: these are one person.
    const afterSignIn = homeOfAccount.send(
      receivedAt,
      { kind: 'event', event: route('web', identified).event },
      raw('channel.web'),
    )
    const [link] = afterSignIn.links
    if (link?.kind !== 'link') throw new Error('no link')
    expect(link.identifiers.map(({ id }) => id)).toEqual([adaByAccount, adaByMail, adaByCookie])

    // Link: the linker is the only one who decides. The account is the best identifier, so its birth id becomes everybody's.
    const linker = createLinker({
      state: createLinkerState(),
      policies: () => identityPolicy(definition.definition.identity),
      birthProfileId,
    })
    const effects = linker.fold({ offset: 0, key: 'a link', record: link })
    const ada = birthProfileId(adaByAccount)
    const assignments = effects.filter((effect) => effect.kind === 'assign')
    expect(assignments).toContainEqual({ kind: 'assign', fragment: adaByMail, profile: ada })
    const decisions = effects.filter((effect) => effect.kind === 'decision')
    expect(decisions).toMatchObject([{ decision: { outcome: 'merge', evidence: ['ajs-1'] } }])

    // Assign: the home of the address hears of it, closes the profile it was born with, and sends the owner what it knows of Ada.
    const afterAssign = homeOfMail.send(
      receivedAt,
      { kind: 'assign', fragment: adaByMail, profile: ada },
      { kind: 'links' },
    )
    expect(afterAssign.rows.profiles).toMatchObject([
      { profile_id: birthProfileId(adaByMail), deleted: 1 },
    ])
    const toOwner = afterAssign.frames.get(homeOf(adaByAccount, partitions)) ?? []
    expect(toOwner.map(({ body }) => body)).toMatchObject([
      { kind: 'member', profile: ada, fragment: adaByMail, whole: true },
    ])

    // Member: a profile is the sum of its members, so the row of the account now counts the newsletter too.
    const bodies = toOwner.map(({ body }) => body)
    const owner = partitionOf(homeOf(adaByAccount, partitions))
    const afterMember = owner.sendAll(receivedAt, bodies, {
      kind: 'log',
      generation: 1,
      partition: homeOf(adaByMail, partitions),
    })
    expect(afterMember.rows.profiles).toMatchObject([
      {
        profile_id: ada,
        deleted: 0,
        events: 2,
        members: [adaByMail, adaByAccount],
        // The fold opens nothing. Profiles does, while it writes the row, as the services below show.
        t_first_name: expect.toSatisfy(isSealed) as unknown,
        f_email_engagement: 1,
        f_email_engagement_ref_time: '2026-03-01T09:00:00.000Z',
      },
    ])
  })
})

test('through the services: the same two records, Kafka in, ClickHouse out', async () => {
  const installation = await createInstallation()
  try {
    const { kafka, prefix, clickhouse, pseudonymiser } = installation
    const services = await installation.startAll()
    const producer = await kafka.producer()
    await producer.send([
      { topic: `${prefix}.channel.email`, records: [{ key: null, value: Buffer.from(opened) }] },
      { topic: `${prefix}.channel.web`, records: [{ key: null, value: Buffer.from(identified) }] },
    ])
    await producer.close()
    await installation.converged(services)

    const fragment = (type: string, value: string): FragmentId =>
      pseudonymiser.fragmentId(type, value)
    const ada = birthProfileId(fragment('user_id', 'u-1815'))
    const [profile, ...others] = await clickhouse.query<Record<string, unknown>>(
      'SELECT profile_id, events, t_first_name, f_email_engagement FROM profiles FINAL WHERE deleted = 0',
    )
    expect(others).toEqual([])
    expect(profile).toMatchObject({ profile_id: ada, t_first_name: 'Ada', f_email_engagement: 1 })
    expect(Number(profile?.['events'])).toBe(2)

    // Both events lie with their fragments; who their person is stands in one place only, and can change there.
    expect(
      await clickhouse.query(
        'SELECT DISTINCT profile_id FROM events_now WHERE event_id IN ({a:String}, {b:String})',
        { a: 'sendgrid-event-1', b: 'ajs-1' },
      ),
    ).toEqual([{ profile_id: ada }])

    // The command line knows the pseudonyms: whoever holds the key may ask by address.
    const shown: unknown = JSON.parse(
      await installation.tributary('profile', 'show', 'email=ada@mail.example.net', '--json'),
    )
    expect(shown).toMatchObject({ profile_id: ada })
  } finally {
    await installation.drop()
  }
})
