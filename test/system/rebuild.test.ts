import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rowVersion } from '#runtime/log/version.ts'
import { topicName } from '#schemas/topics.ts'
import { eventRow } from '../support/clickhouse/rows.ts'
import {
  createInstallation,
  type Installation,
  shippedPipeline,
} from '../support/pipeline/installation.ts'
import type { ServiceProcess } from '../support/pipeline/service-process.ts'
import { createWorldFeed, type WorldFeed } from '../support/pipeline/world-feed.ts'

// A new generation is built beside the one that serves, while people go on acting: another number of partitions, and a feature that holds for
// the past too. The comparison with the ledger knows nothing of all this.

let installation: Installation
let feed: WorldFeed
let services: readonly ServiceProcess[]

beforeAll(async () => {
  installation = await createInstallation()
  feed = await createWorldFeed(installation, {
    seed: 4711,
    events: 2000,
    people: 250,
    now: Date.now(),
  })
  services = await installation.startAll()
  await feed.send(Math.floor(feed.left() / 2))
  await installation.converged(services)
})

afterAll(async () => {
  const shadow = `${installation.prefix}_generation_1`
  await installation.clickhouse.command(`DROP DATABASE IF EXISTS ${shadow}`, {
    withoutDatabase: true,
  })
  await installation.drop()
})

/** The shipped file with a feature more, which counts what another one counts. */
function fileWithTwin(): string {
  const text = readFileSync(shippedPipeline, 'utf8')
  const twin = `features:
  - name: web_activity_since_ever
    description: The same as web_activity, and added later
    kind: decayed_count
    events: [page_viewed, product_viewed, searched, cart_viewed]
    half_life: 7d
    purpose: analytics
`
  const file = join(installation.directory, 'with-twin.yaml')
  writeFileSync(file, text.replace('features:\n', twin))
  return file
}

const count = async (select: string): Promise<number> => {
  const [row] = await installation.clickhouse.query<{ n: string }>(select)
  return Number(row?.n)
}

test('a generation is built, takes over and replaces the old one while events flow, and nothing is lost, double or different', async () => {
  const { admin, prefix } = installation
  const flowing = new AbortController()
  const flow = async (): Promise<void> => {
    while (!flowing.signal.aborted && feed.left() > 300) {
      await feed.send(20)
      await pause(200)
    }
  }
  const people = flow()
  const told: unknown = JSON.parse(
    await installation.tributary(
      'rebuild',
      fileWithTwin(),
      '--partitions',
      '3',
      '--slice-events',
      '500',
      '--json',
    ),
  )
  flowing.abort()
  await people
  expect(told).toMatchObject({ generation: 1, replaced: 0, partitions: 3, dropped: true })
  expect(told).toHaveProperty(
    'events',
    expect.toSatisfy((events) => events > 500),
  )

  await feed.send(feed.left())
  await installation.converged(services, 60_000, 1)

  // The old generation's topics are gone, and everybody works for the new one.
  const topics = new Set(await admin.listTopics())
  expect(topics.has(topicName(prefix, 'profile.log'))).toBe(false)
  expect(topics.has(topicName(prefix, 'profile.log', 1))).toBe(true)
  expect(JSON.parse(await installation.tributary('rebuild', 'status', '--json'))).toEqual({
    live: { generation: 1, partitions: 3 },
    next: null,
    previous: null,
  })

  // The feature that was added holds for the past: everywhere the same as the one that was there from the start.
  expect(
    await count('SELECT count() AS n FROM profiles_now WHERE web_activity > 0'),
  ).toBeGreaterThan(50)
  expect(
    await count(
      'SELECT count() AS n FROM profiles_now WHERE NOT (web_activity <=> web_activity_since_ever)',
    ),
  ).toBe(0)

  // Rows of a process that slept through the switch are refused: an event of its partition would count twice.
  const late = JSON.stringify(eventRow({ version: rowVersion(0, 5, 0) }))
  await expect(
    installation.clickhouse.insertLines('events', 'JSONEachRow', null, Buffer.from(`${late}\n`)),
  ).rejects.toMatchObject({ code: 'TRB_CLICKHOUSE_REFUSED' })

  // A raw record is found again from its row, whatever was rebuilt meanwhile.
  expect(await count("SELECT countIf(origin NOT LIKE 'raw/%') AS n FROM events")).toBe(0)

  const { missing, double, mismatches } = await feed.compare()
  expect({ missing, double, mismatches: mismatches.slice(0, 5) }).toEqual({
    missing: 0,
    double: 0,
    mismatches: [],
  })
  const verified: unknown = JSON.parse(
    await installation.tributary('verify', '--sample', '200', '--json'),
  )
  expect(verified).toMatchObject({ missing: 0, double: 0, mismatches: [] })
}, 240_000)
