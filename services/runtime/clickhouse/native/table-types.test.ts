import { expect, test } from 'vitest'
import { createTableTypes } from './table-types.ts'

/** A ClickHouse whose one table is what the test says. */
function tableOf(first: string) {
  const state = { type: first, asked: 0, isAway: false }
  const types = createTableTypes({
    query: async <Row extends object>() => {
      state.asked += 1
      if (state.isAway) throw new Error('away')
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rows of the one question that is asked
      return Promise.resolve([{ name: 'a', type: state.type }] as unknown as readonly Row[])
    },
  })
  return { state, types }
}

test('a table is asked for once, and again only when somebody says that its types are old', async () => {
  const { state, types } = tableOf('UInt8')
  const [used, same] = await Promise.all([types.of('t'), types.of('t')])
  expect(same).toBe(used)
  expect(state.asked).toBe(1)
  expect(await types.newer('t', new Map(used))).toBeUndefined()
})

test('everybody who wrote by the old types is told the new ones, also who comes after another', async () => {
  const { state, types } = tableOf('UInt8')
  const used = (await types.of('t')) ?? new Map<string, string>()
  state.type = 'UInt16'
  const newer = await types.newer('t', used)
  expect(newer).toEqual(new Map([['a', 'UInt16']]))
  expect(await types.newer('t', used)).toBe(newer)
  expect(state.asked).toBe(2)
})

test('while nobody says there are no types, and the next one asks anew', async () => {
  const { state, types } = tableOf('UInt8')
  state.isAway = true
  expect(await types.of('t')).toBeUndefined()
  state.isAway = false
  expect(await types.of('t')).toEqual(new Map([['a', 'UInt8']]))
})
