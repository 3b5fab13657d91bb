import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRowSink, migrateColumns } from '#runtime/clickhouse/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'
import { shippedDefinition } from '../support/clickhouse/definition.ts'
import {
  profileId,
  segmentMembershipRow,
  segmentTransitionRow,
} from '../support/clickhouse/rows.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => database.drop())

const sizes = (): Promise<readonly object[]> =>
  database.clickhouse.query(
    'SELECT segment, size, size_below, shown FROM segment_sizes ORDER BY segment',
  )

/** People 1 to `count`, in a segment or out of it again. */
const memberships = (segment: string, count: number, member: 0 | 1, version: string) =>
  Array.from({ length: count }, (_, n) =>
    segmentMembershipRow({ profile_id: profileId(n + 1), segment, member, version }),
  )

/** People 1 to `count` who entered. */
const came = (segment: string, count: number, version: string) =>
  Array.from({ length: count }, (_, n) =>
    segmentTransitionRow({ profile_id: profileId(n + 1), segment, version }),
  )

const deploy = async (size: number): Promise<void> => {
  const { definition } = shippedDefinition()
  await migrateColumns(database.clickhouse, {
    features: [],
    traits: [],
    definition: { ...definition, privacy: { ...definition.privacy, min_group: size } },
  })
}

test('ten are told, nine and nobody look the same, however often their rows were written', async () => {
  const sink = createRowSink(database.clickhouse)
  const before = [
    ...memberships('nine', 9, 1, '1'),
    ...memberships('ten', 10, 1, '1'),
    ...memberships('nobody', 12, 1, '1'),
  ]
  await sink.insert({ segment_memberships: before })
  await sink.insert({ segment_memberships: before })
  await sink.insert({ segment_memberships: memberships('nobody', 12, 0, '2') })
  expect(await sizes()).toEqual([
    { segment: 'nine', size: null, size_below: '10', shown: '<10' },
    { segment: 'nobody', size: null, size_below: '10', shown: '<10' },
    { segment: 'ten', size: '10', size_below: null, shown: '10' },
  ])
  await sink.close()
})

test('those who came and went by day and cause are people, and few are not told', async () => {
  const sink = createRowSink(database.clickhouse)
  await sink.insert({
    // Six people twice are six people.
    segment_transitions: [...came('few', 6, '1'), ...came('few', 6, '2'), ...came('many', 11, '1')],
  })
  expect(
    await database.clickhouse.query(
      'SELECT segment, size, shown FROM segment_flow ORDER BY segment',
    ),
  ).toEqual([
    { segment: 'few', size: null, shown: '<10' },
    { segment: 'many', size: '11', shown: '11' },
  ])
  await sink.close()
})

test('a deploy puts the minimum of its file into the views, and never less than ten', async () => {
  await deploy(11)
  expect(await sizes()).toContainEqual({
    segment: 'ten',
    size: null,
    size_below: '11',
    shown: '<11',
  })
  await deploy(1)
  expect(await sizes()).toContainEqual({
    segment: 'nine',
    size: null,
    size_below: '10',
    shown: '<10',
  })
  expect(await sizes()).toContainEqual({
    segment: 'ten',
    size: '10',
    size_below: null,
    shown: '10',
  })
})
