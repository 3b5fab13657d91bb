import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { segmentTransitionCodec } from '#runtime/log/public-records.ts'
import {
  createInstallation,
  type Installation,
  shippedPipeline,
} from '../support/pipeline/installation.ts'
import type { ServiceProcess } from '../support/pipeline/service-process.ts'

// Rules change while events flow. People visit the shop all the time; meanwhile operators deploy.

const shipped = readFileSync(shippedPipeline, 'utf8')
const rule = 'enter: web_activity >= 1 && orders == 0 && age(last_visit_at) <= days(14)'
const stricter = 'enter: web_activity >= 3 && orders == 0 && age(last_visit_at) <= days(14)'

const people = 40
/** Visits of a person by number: the first half stays at two, the others come often enough for the stricter rule. */
const isRegular = (person: number): boolean => person >= people / 2

let installation: Installation
let services: readonly ServiceProcess[]

beforeAll(async () => {
  installation = await createInstallation()
  services = await installation.startAll()
})
afterAll(() => installation.drop())

const visit = (person: number, n: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      type: 'page',
      messageId: `visit-${person}-${n}`,
      anonymousId: `visitor-${person}`,
      timestamp: new Date(Date.now() - 1000).toISOString(),
      properties: { category: 'books' },
    }),
  )

/** Sends everybody's visits in a trickle while `meanwhile` runs. */
async function visitsDuring(
  numbers: readonly number[],
  meanwhile: () => Promise<void>,
): Promise<void> {
  const { kafka, prefix } = installation
  const producer = await kafka.producer()
  const trickle = async (): Promise<void> => {
    for (const n of numbers) {
      const visitors = Array.from({ length: people }, (_, person) => person).filter(
        (person) => n < 2 || isRegular(person),
      )
      await producer.send([
        {
          topic: `${prefix}.channel.web`,
          records: visitors.map((person) => ({ key: null, value: visit(person, n) })),
        },
      ])
      await pause(100)
    }
  }
  await Promise.all([trickle(), meanwhile()])
  await producer.close()
  await installation.converged(services)
}

async function deploy(
  file: string,
  text: string,
  ...options: readonly string[]
): Promise<{ readonly version: number }> {
  const path = join(installation.directory, file)
  writeFileSync(path, text)
  return z
    .object({ version: z.number() })
    .parse(JSON.parse(await installation.tributary('deploy', path, ...options, '--json')))
}

const members = async (): Promise<number> => {
  const [row] = await installation.clickhouse.query<{ readonly n: string }>(
    "SELECT count() AS n FROM segment_memberships FINAL WHERE segment = 'new_visitor' AND member = 1",
  )
  return Number(row?.n)
}
const transitions = async (): Promise<readonly object[]> =>
  installation.clickhouse.query(
    'SELECT segment, to, cause, toInt32(rule_version) AS rule_version, toInt32(count()) AS n FROM segment_transitions FINAL GROUP BY ALL ORDER BY ALL',
  )

test('visitors enter a segment because of their visits', async () => {
  await visitsDuring([0, 1, 2, 3, 4], async () => Promise.resolve())
  expect(await members()).toBe(people)
  expect(await transitions()).toEqual([
    { segment: 'new_visitor', to: 'entered', cause: 'event', rule_version: 0, n: people },
  ])
})

test('deploying the same file again changes nothing, not even a version', async () => {
  const { admin, prefix, clickhouse } = installation
  const everything = async (): Promise<unknown> => [
    [...(await admin.offsets(`${prefix}.pipeline.definitions`)).values()],
    await transitions(),
    await clickhouse.query('SELECT * FROM profiles FINAL ORDER BY profile_id'),
    await clickhouse.query('SELECT * FROM segment_memberships FINAL ORDER BY profile_id, segment'),
  ]
  const before = await everything()
  expect(await deploy('same.yaml', shipped)).toEqual(expect.objectContaining({ version: 0 }))
  // The definition is told again, in case the first telling was cut off; nobody does anything about it.
  await installation.converged(services)
  expect(await everything()).toEqual(before)
})

test('a stricter rule shows those out whom it excludes, with the cause define, and touches nobody else', async () => {
  const { clickhouse } = installation
  const before = await transitions()
  await visitsDuring([5, 6, 7], async () => {
    expect((await deploy('stricter.yaml', shipped.replace(rule, stricter))).version).toBe(1)
  })
  expect(await members()).toBe(people / 2)
  expect(await transitions()).toEqual([
    ...before,
    { segment: 'new_visitor', to: 'exited', cause: 'define', rule_version: 1, n: people / 2 },
  ])
  // Each profile knows by which file it is read now, those included that nothing else has touched since.
  expect(
    await clickhouse.query('SELECT DISTINCT toInt32(definition) AS definition FROM profiles FINAL'),
  ).toEqual([{ definition: 1 }])
})

async function published(): Promise<readonly { readonly to: string; readonly cause: string }[]> {
  const { kafka, admin, prefix } = installation
  const said = []
  const topic = `${prefix}.profile.segments`
  for (const partition of (await admin.offsets(topic)).keys())
    for await (const { records } of kafka
      .reader()
      .read({ topic, partition }, { from: 'start', untilEnd: true }))
      for (const { value } of records)
        if (value !== null) said.push(segmentTransitionCodec.decode(value))
  return said
}

test('no consumer of public changes is told of exits that a deploy made', async () => {
  expect(await published()).toHaveLength(people)
})

test('a file that changes no rule makes no transition, and going back lets the same people in again', async () => {
  const before = await transitions()
  await visitsDuring([8, 9], async () => {
    const described = shipped
      .replace(rule, stricter)
      .replace('Upper funnel - looks around, has never bought', 'Looks around')
    expect((await deploy('described.yaml', described)).version).toBe(2)
  })
  expect(await transitions()).toEqual(before)

  expect((await deploy('back.yaml', shipped)).version).toBe(3)
  await installation.converged(services)
  expect(await members()).toBe(people)
})

/** Public changes by kind. */
const said = async (): Promise<object> => {
  const changes = (await published()).map(({ cause, to }) => `${to} by ${cause}`)
  return Object.fromEntries(
    [...Map.groupBy(changes, (one) => one)].map(([one, all]) => [one, all.length]),
  )
}

test('consumers hear of those who leave by a deploy, and of those who enter, when it is told to notify', async () => {
  const before = { 'entered by event': people }
  expect(await said()).toEqual(before)
  expect((await deploy('loud.yaml', shipped.replace(rule, stricter), '--notify')).version).toBe(4)
  await installation.converged(services)
  expect(await said()).toEqual({ ...before, 'exited by define': people / 2 })
  expect((await deploy('loud-again.yaml', shipped, '--notify')).version).toBe(5)
  await installation.converged(services)
  expect(await said()).toEqual({
    ...before,
    'exited by define': people / 2,
    'entered by define': people / 2,
  })
})

test('every visit counted, whatever was deployed meanwhile', async () => {
  const { clickhouse } = installation
  const [row] = await clickhouse.query<{ readonly events: string; readonly ids: string }>(
    'SELECT count() AS events, uniqExact(event_id) AS ids FROM events FINAL',
  )
  const visits = (people / 2) * 2 + (people / 2) * 10
  expect([Number(row?.events), Number(row?.ids)]).toEqual([visits, visits])
})
