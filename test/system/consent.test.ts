import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import type { ServiceProcess } from '../support/pipeline/service-process.ts'

// What Ada answers, as Segment, SendGrid and HubSpot write it, and what becomes of it in every table that people read. The pipeline file is
// the shipped one: its sources state a basis for each purpose, so everything is shown until she says no.

const boundMs = 60_000
const day = 86_400_000
const iso = (ago = 0): string => new Date(Date.now() - ago).toISOString()

let installation: Installation
let services: readonly ServiceProcess[]

type Call = Readonly<Record<string, unknown>>

const segment = (call: Call, ago = 0): readonly [string, unknown] => [
  'channel.web',
  { messageId: randomUUID(), userId: 'ada', timestamp: iso(ago), ...call },
]
const viewed = (category: string): readonly [string, unknown] =>
  segment({ type: 'track', event: 'Product Viewed', properties: { product_id: 'p1', category } })
/** https://segment.com/docs/privacy/consent-management/consent-in-segment/ */
const answers = (preferences: Readonly<Record<string, boolean>>): readonly [string, unknown] =>
  segment({
    type: 'track',
    event: 'Segment Consent Preference Updated',
    context: { consent: { categoryPreferences: preferences } },
  })
const sendgrid = (event: string, more: Call = {}): readonly [string, unknown] => [
  'channel.email',
  [
    {
      email: 'ada@example.org',
      event,
      timestamp: Math.floor(Date.now() / 1000),
      sg_event_id: randomUUID(),
      sg_message_id: 'm1',
      ...more,
    },
  ],
]
let changes = 0
const hubspot = (propertyName: string, propertyValue: string): readonly [string, unknown] => [
  'channel.crm',
  [
    {
      eventId: ++changes,
      subscriptionId: 1,
      portalId: 1,
      appId: 1,
      occurredAt: Date.now(),
      attemptNumber: 0,
      objectId: 17,
      changeSource: 'CRM_UI',
      subscriptionType: 'contact.propertyChange',
      propertyName,
      propertyValue,
    },
  ],
]

async function send(...records: readonly (readonly [string, unknown])[]): Promise<void> {
  const producer = await installation.kafka.producer()
  for (const [topic, body] of records)
    await producer.send([
      {
        topic: `${installation.prefix}.${topic}`,
        records: [{ key: null, value: Buffer.from(JSON.stringify(body)), partition: 0 }],
      },
    ])
  await producer.close()
}

const fragment = (type: string, value: string): string =>
  installation.pseudonymiser.fragmentId(type, value)
const query = async <T extends object>(sql: string): Promise<readonly T[]> =>
  installation.clickhouse.query<T>(sql, { ada: fragment('user_id', 'ada') })
const adas = `(SELECT profile_id FROM profile_identifiers FINAL WHERE fragment_id = {ada:String})`

interface Shown {
  readonly orders: string | null
  readonly product_interest: number | null
  readonly product_interest_ref_time: string | null
  readonly categories: readonly string[]
  readonly email_engagement: number | null
  readonly consent: Readonly<Record<string, string>>
  readonly members: readonly string[]
}
async function shown(): Promise<Shown | undefined> {
  const [row] = await query<Shown>(
    `SELECT p.orders, p.product_interest, s.f_product_interest_ref_time AS product_interest_ref_time,
       arrayMap(c -> c.key, p.top_categories) AS categories, p.email_engagement, p.consent, p.members
     FROM profiles_now AS p INNER JOIN profiles AS s FINAL ON s.profile_id = p.profile_id WHERE p.profile_id = ${adas}`,
  )
  return row
}
const segments = async (): Promise<readonly string[]> =>
  (
    await query<{ segment: string }>(
      `SELECT segment FROM segment_members WHERE profile_id = ${adas} ORDER BY segment`,
    )
  ).map((row) => row.segment)
const lastCauses = async (): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries(
    (
      await query<{ segment: string; last: string }>(
        `SELECT segment, argMax(concat(to, ' by ', cause), (version, seq)) AS last
         FROM segment_changes WHERE profile_id = ${adas} GROUP BY segment`,
      )
    ).map(({ segment: name, last }) => [name, last]),
  )

/** Sends, and waits until the views say so: how long after the record was written. */
async function within(
  records: readonly (readonly [string, unknown])[],
  holds: () => Promise<void>,
): Promise<number> {
  const start = performance.now()
  await send(...records)
  await vi.waitFor(holds, { timeout: boundMs, interval: 50 })
  return performance.now() - start
}

beforeAll(async () => {
  installation = await createInstallation()
  services = await installation.startAll()
  await send(
    segment({ type: 'identify', traits: { email: 'ada@example.org', firstName: 'Ada' } }),
    segment(
      {
        type: 'track',
        event: 'Order Completed',
        properties: { order_id: 'o1', total: 80, currency: 'EUR', category: 'shoes' },
      },
      100 * day,
    ),
    viewed('shoes'),
    viewed('shoes'),
    viewed('books'),
    hubspot('email', 'ada@example.org'),
  )
  await installation.converged(services)
})
afterAll(async () => installation.drop())

test('until she answers, the bases of the sources hold', async () => {
  await vi.waitFor(async () => expect((await shown())?.members).toHaveLength(2), {
    timeout: boundMs,
  })
  expect(await shown()).toMatchObject({
    orders: '1',
    categories: ['shoes', 'books'],
    consent: { email_marketing: 'basis', personalisation: 'basis', service: 'basis' },
  })
  expect(await segments()).toEqual(['browsing', 'lapsed_silent'])
})

test('unsubscribing from mail takes memberships for mail away, and nothing of other purposes', async () => {
  await within([sendgrid('unsubscribe')], async () => {
    expect((await shown())?.consent).toMatchObject({ email_marketing: 'denied' })
    expect(await segments()).toEqual(['browsing', 'lapsed_unsubscribed'])
  })
  expect(await lastCauses()).toMatchObject({
    lapsed_silent: 'exited by consent',
    lapsed_unsubscribed: 'entered by event',
  })
  expect(await shown()).toMatchObject({ orders: '1', categories: ['shoes', 'books'] })
})

test('HubSpot says that she wants mail again', async () => {
  await within([hubspot('hs_email_optout', 'false')], async () => {
    expect((await shown())?.consent).toMatchObject({ email_marketing: 'given' })
  })
})

test('leaving one list of SendGrid is an answer for that list alone', async () => {
  await within([sendgrid('group_unsubscribe', { asm_group_id: 7 })], async () => {
    expect(
      await query(
        `SELECT state FROM consent_changes WHERE profile_id = ${adas} AND purpose = 'group:7'`,
      ),
    ).toEqual([{ state: 'denied' }])
  })
  expect((await shown())?.consent).toMatchObject({ email_marketing: 'given' })
})

test('a withdrawal is in force within 60 s of its raw record, in every table that is read', async () => {
  const tookMs = await within([answers({ personalisation: false })], async () => {
    expect(await shown()).toMatchObject({
      product_interest: null,
      product_interest_ref_time: null,
      categories: [],
      email_engagement: null,
      consent: { personalisation: 'denied', analytics: 'basis' },
    })
    expect(await segments()).toEqual(['lapsed_unsubscribed'])
  })
  expect(tookMs).toBeLessThan(boundMs)
  // By the broker's own clock, too: the record's time, and that of the first look which shows nothing any more.
  const [record] = await query<{ received_at: string }>(
    `SELECT received_at FROM events FINAL WHERE consent['personalisation'] = 'denied'`,
  )
  expect(Date.now() - Date.parse(record?.received_at ?? '')).toBeLessThan(boundMs)
  expect(await lastCauses()).toMatchObject({ browsing: 'exited by consent' })
  expect(
    await query(
      `SELECT because FROM segment_memberships FINAL WHERE profile_id = ${adas} AND segment = 'browsing'`,
    ),
  ).toEqual([{ because: '{"consent.personalisation":"denied"}' }])
  expect((await shown())?.orders).toBe('1')
})

test('events go on folding unseen, and consent given again shows the value that never stopped', async () => {
  await send(viewed('garden'), viewed('garden'), viewed('garden'), viewed('garden'))
  await installation.converged(services)
  expect(await shown()).toMatchObject({ product_interest: null, categories: [] })
  await within([answers({ personalisation: true })], async () => {
    const now = await shown()
    expect(now?.product_interest).toBeGreaterThan(6.9)
    expect(now?.categories).toEqual(['garden', 'shoes', 'books'])
    expect(await segments()).toEqual(['browsing', 'lapsed_unsubscribed'])
  })
  expect(await lastCauses()).toMatchObject({ browsing: 'entered by consent' })
})

test('of merged people the newest answer per purpose counts, and a split takes its own back', async () => {
  const bob = { userId: 'bob' }
  await send(
    segment({ ...bob, type: 'page', name: 'Home' }),
    segment({
      ...bob,
      type: 'track',
      event: 'Segment Consent Preference Updated',
      context: { consent: { categoryPreferences: { personalisation: false } } },
    }),
  )
  await installation.converged(services)
  await installation.tributary('identity', 'merge', 'user_id=ada', 'user_id=bob', '--wait')
  await vi.waitFor(
    async () =>
      expect(await shown()).toMatchObject({
        product_interest: null,
        consent: { personalisation: 'denied' },
      }),
    { timeout: boundMs },
  )
  await installation.tributary('identity', 'split', '--identifier', 'user_id=bob', '--wait')
  await vi.waitFor(
    async () =>
      expect(await shown()).toMatchObject({
        categories: ['garden', 'shoes', 'books'],
        consent: { personalisation: 'given' },
      }),
    { timeout: boundMs },
  )
})

test('the history has each declaration once, with its source, and what counts now says where it comes from', async () => {
  const history = await query<{ purpose: string; states: readonly string[] }>(
    `SELECT purpose, groupArray(concat(state, ' by ', source)) AS states FROM
       (SELECT * FROM consent_changes WHERE profile_id = ${adas} AND state != 'basis' ORDER BY declared_at)
     GROUP BY purpose ORDER BY purpose`,
  )
  expect(history).toEqual([
    { purpose: 'email_marketing', states: ['denied by sendgrid', 'granted by hubspot'] },
    { purpose: 'group:7', states: ['denied by sendgrid'] },
    { purpose: 'personalisation', states: ['denied by segment', 'granted by segment'] },
  ])
  // A basis once per fragment and purpose, though every event states them.
  expect(
    await query(`SELECT fragment_id, purpose FROM consent_history FINAL WHERE state = 'basis'
      GROUP BY fragment_id, purpose HAVING count() > 1`),
  ).toEqual([])
  expect(
    await query(
      `SELECT purpose, state, given, source FROM consent_now WHERE profile_id = ${adas} ORDER BY purpose`,
    ),
  ).toMatchObject([
    { purpose: 'analytics', state: 'basis', given: 1 },
    { purpose: 'email_marketing', state: 'given', given: 1, source: 'hubspot' },
    { purpose: 'personalisation', state: 'given', given: 1, source: 'segment' },
    { purpose: 'service', state: 'basis', given: 1 },
  ])
})
