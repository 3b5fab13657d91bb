import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Canary, findIn, needlesOf } from '../support/pipeline/canaries.ts'
import { filesOf, type Haystack, tablesOf, topicsOf } from '../support/pipeline/haystacks.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import { registerEnvelope } from '../world/demo/envelope-encoder.ts'

// Invariant 6: no plain address, number or name in any topic but the raw ones, nor in any table, state file or log line, unless the
// pipeline file keeps it. One person with unmistakable data goes through every channel, in good records and in broken ones.

const email = 'quetzal.canary77@mail.example.net'
const phone = '+4915155501077'
const lastName = 'Xylophoniewitz'
/** infra/pipeline.yaml keeps first names clear (trait first_name): finding it in `profiles` shows that the search can find. */
const keptName = 'Quetzalina'

const forbidden: readonly Canary[] = [
  { name: 'email', value: email, digests: true },
  { name: 'phone', value: phone, digests: true },
  { name: 'national phone', value: phone.slice(3), digests: false },
  { name: 'last name', value: lastName, digests: true },
]
const needles = forbidden.flatMap(needlesOf)
const needlesOfKept = needlesOf({ name: 'first name', value: keptName, digests: false })

const now = Date.now()
const mail = {
  email: email.toUpperCase(),
  timestamp: Math.floor(now / 1000) - 60,
  sg_message_id: 'm1',
  useragent: `Mozilla/5.0 (${lastName})`,
}
const bounced = {
  ...mail,
  event: 'bounce',
  type: 'bounce',
  reason: `550 5.1.1 <${email}>: no such user ${lastName}`,
}
const farFuture = 4_102_444_800
const web = {
  anonymousId: 'cookie-canary',
  userId: 'u-canary',
  timestamp: new Date(now - 60_000).toISOString(),
  context: { page: { url: `https://shop.example/?email=${encodeURIComponent(email)}` } },
}
const traits = { email, phone, firstName: keptName, lastName, name: `${keptName} ${lastName}` }
const contact = {
  eventId: 1,
  subscriptionId: 2,
  portalId: 3,
  appId: 4,
  occurredAt: now - 60_000,
  attemptNumber: 0,
  objectId: 4711,
  changeSource: 'CRM',
  subscriptionType: 'contact.propertyChange',
}
const receipt = {
  receipt_no: 'R1',
  kind: 'sale',
  booked_at: '2026-01-05 10:00:00',
  card: 'none',
  receipt_email: email,
  store: 'Mitte',
  amount: '12.50',
  department: 'books',
  items: 1,
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const cutOff = (value: unknown): Buffer => json(value).subarray(0, -2)

/** By topic: good records, records with one bad event, and records that can't be read at all. */
const records: Readonly<Record<string, readonly Buffer[]>> = {
  'channel.email': [
    json([{ ...mail, event: 'open', sg_event_id: 'e1' }]),
    json([{ ...bounced, sg_event_id: 'e2' }]),
    json([{ ...mail, event: 'click', sg_event_id: 'e3', timestamp: farFuture }]),
    json([{ ...mail, event: email, sg_event_id: 'e4' }]),
    json([{ ...mail, event: 'open', timestamp: email, sg_event_id: 'e5' }]),
    cutOff([bounced]),
  ],
  'channel.web': [
    json({ ...web, type: 'identify', messageId: 'w1', traits }),
    json({
      ...web,
      type: 'track',
      event: 'Order Completed',
      messageId: 'w2',
      properties: { total: email, currency: phone, email, shipping: traits },
    }),
    json({ ...web, type: 'track', event: `Asked ${email}`, messageId: 'w3', properties: traits }),
    json({ ...web, type: email, messageId: 'w4', traits }),
    json({ ...web, type: 'identify', messageId: 'w5', timestamp: email, traits }),
    cutOff({ ...web, type: 'identify', traits }),
  ],
  'channel.crm': [
    json([
      { ...contact, propertyName: 'email', propertyValue: email },
      { ...contact, eventId: 2, propertyName: 'phone', propertyValue: phone },
      { ...contact, eventId: 3, propertyName: 'lastname', propertyValue: lastName },
      { ...contact, eventId: 4, propertyName: 'mobilephone', propertyValue: lastName },
      {
        ...contact,
        eventId: 5,
        subscriptionType: email,
        propertyName: 'email',
        propertyValue: email,
      },
      { ...contact, eventId: 6, occurredAt: email, propertyName: 'email', propertyValue: email },
    ]),
    cutOff([{ ...contact, propertyName: 'email', propertyValue: email }]),
  ],
  'channel.crm.till': [
    json(receipt),
    json({ ...receipt, receipt_no: 'R2', booked_at: email }),
    json({ ...receipt, receipt_no: 'R3', amount: lastName }),
    json({ ...receipt, receipt_no: 'R4', kind: email }),
    cutOff(receipt),
  ],
}

let installation: Installation

beforeAll(async () => {
  installation = await createInstallation()
  const { prefix, kafka, environment } = installation
  const services = ['identity', 'profiles', 'email', 'web', 'crm'] as const
  const started = services.map((name) =>
    installation.start(name, name, { TRIBUTARY_LOG_LEVEL: 'trace' }),
  )
  await installation.ready(started)
  const envelope = await registerEnvelope(
    environment['REGISTRY_URL'] ?? '',
    `${prefix}.channel.crm.tributary`,
  )
  const good = envelope({
    event_id: 'a1',
    source: 'app',
    type: 'ticket_opened',
    occurred_at: now - 60_000,
    identifiers: [
      { type: 'email', value: email },
      { type: 'phone', value: phone },
    ],
    properties: { text: `${lastName} <${email}>` },
  })
  const avro = [good, good.subarray(0, -3), Buffer.concat([good.subarray(0, 5), json(traits)])]
  const producer = await kafka.producer()
  await producer.send(
    Object.entries({ ...records, 'channel.crm.tributary': avro }).map(([topic, values]) => ({
      topic: `${prefix}.${topic}`,
      records: values.map((value) => ({
        key: Buffer.from(email),
        value,
        headers: { account: email, name: lastName },
      })),
    })),
  )
  await producer.close()
  await installation.converged(started)
  await Promise.all(started.map(async (service) => service.stop()))
})
afterAll(() => installation.drop())

async function placesOf(
  wanted: readonly ReturnType<typeof needlesOf>[number][],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>()
  const look = ({ place, bytes }: Haystack): void => {
    const hits = findIn(bytes, wanted)
    if (hits.length > 0) found.set(place, hits)
  }
  for await (const haystack of topicsOf(installation)) look(haystack)
  for await (const haystack of tablesOf(installation)) look(haystack)
  for (const haystack of filesOf(installation)) look(haystack)
  return found
}

test('the records came through: events of all five sources, and dead letters of all of them', async () => {
  const { clickhouse } = installation
  const sources = async (table: string): Promise<readonly string[]> =>
    (
      await clickhouse.query<{ readonly source: string }>(
        `SELECT DISTINCT source FROM ${table} FINAL ORDER BY source`,
      )
    ).map(({ source }) => source)
  expect(await sources('events')).toEqual(['app', 'hubspot', 'segment', 'sendgrid', 'till'])
  expect(await sources('dead_letters')).toEqual([
    'hubspot',
    'segment',
    'sendgrid',
    'till',
    'tributary',
  ])
})

test('address, number and name are in the raw topics and nowhere else, in no form', async () => {
  const found = await placesOf(needles)
  expect([...found].filter(([place]) => !place.startsWith('topic channel.'))).toEqual([])
  expect([...found.keys()]).toEqual([
    'topic channel.crm',
    'topic channel.crm.till',
    'topic channel.crm.tributary',
    'topic channel.email',
    'topic channel.web',
  ])
})

test('what the pipeline file keeps clear is found by the same search in profiles, and nowhere else', async () => {
  const places = [...(await placesOf(needlesOfKept)).keys()]
  expect(places.filter((place) => !place.startsWith('topic channel.'))).toEqual(['table profiles'])
})
