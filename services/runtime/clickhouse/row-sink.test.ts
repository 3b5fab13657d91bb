import { expect, test } from 'vitest'
import type { SegmentTransitionRow } from '#schemas/clickhouse/rows.ts'
import { segmentTransitionRow } from '../../../test/support/clickhouse/rows.ts'
import { createRowSink } from './row-sink.ts'

/** A server whose one table has columns of text, and what it was sent: format and rows of each insert. */
function sinkUnderTest() {
  const inserts: string[] = []
  const sink = createRowSink(
    {
      query: async <Row extends object>() =>
        Promise.resolve(
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rows of the one question that is asked
          columns.map((name) => ({ name, type: 'String' })) as unknown as readonly Row[],
        ),
      async insertLines(_table, format, _columns, bytes) {
        const all = Buffer.isBuffer(bytes) ? bytes : Buffer.concat(bytes)
        inserts.push(`${format} ${all.toString('latin1').split(marked).length - 1}`)
        return Promise.resolve()
      },
    },
    { binaryRowsMin: 10 },
  )
  return { inserts, insert: async (count: number) => sink.insert(transitions(count)) }
}

const marked = 'a marked segment'
/** Nothing but text, so that one type does for all columns. */
const row = Object.fromEntries(
  Object.entries(segmentTransitionRow({ segment: marked })).filter(
    ([, value]) => typeof value === 'string',
  ),
)
const columns = Object.keys(row)
const transitions = (count: number) => ({
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as much of a row as the test needs
  segment_transitions: Array.from({ length: count }, () => row as unknown as SegmentTransitionRow),
})

test('few rows go as text, many in binary', async () => {
  const { insert, inserts } = sinkUnderTest()
  await insert(9)
  await insert(10)
  expect(inserts).toEqual(['JSONCompactEachRow 9', 'Native 10'])
})

test('callers who are few each and many together go in binary, from the insert on after the first that they share', async () => {
  const { insert, inserts } = sinkUnderTest()
  const together = async () => Promise.all([insert(4), insert(4), insert(4)])
  await together()
  await together()
  await insert(4)
  await insert(4)
  expect(inserts).toEqual([
    'JSONCompactEachRow 12',
    'Native 12',
    'Native 4',
    'JSONCompactEachRow 4',
  ])
})
