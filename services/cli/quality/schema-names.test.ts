import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { TributaryError } from '#runtime/errors/index.ts'
import type { RegistryClient } from '#runtime/registry/index.ts'
import { schemaNames } from './schema-names.ts'

type Registry = Pick<RegistryClient, 'versionsOf'>

const orders: Registry = {
  versionsOf: async (id) =>
    Promise.resolve(id === 7 ? [1, 2].map((version) => ({ subject: 'orders', version })) : []),
}
const away: Registry = {
  versionsOf: async () =>
    Promise.reject(
      new TributaryError('TRB_REGISTRY_UNAVAILABLE', 'GET http://r/schemas/ids/7: timeout'),
    ),
}
const nowhere = (): never => {
  throw new TributaryError('TRB_CONFIG_INVALID', 'REGISTRY_URL is not set')
}

async function namesOf(open: () => Registry, ids = [7, 8, 7], sayAfterMs = 60_000) {
  const said: string[] = []
  const name = await schemaNames(open, ids, (line) => void said.push(line), sayAfterMs)
  return { named: ids.map(name), said }
}

test('an id has the name of its newest version; one that the registry does not know has none', async () => {
  const newest = { subject: 'orders', version: 2 }
  expect(await namesOf(() => orders)).toEqual({ named: [newest, undefined, newest], said: [] })
})

test('a registry that takes its time is said to be waited for, once', async () => {
  const slow: Registry = {
    async versionsOf(id) {
      await pause(20)
      return orders.versionsOf(id)
    },
  }
  const { named, said } = await namesOf(() => slow, [7, 8], 1)
  expect(named[0]).toMatchObject({ subject: 'orders' })
  expect(said).toEqual([expect.stringContaining('waiting for the schema registry')])
})

test('one that is away, or of which nobody said where it is, leaves ids without names, and that is said', async () => {
  expect(await namesOf(() => away, [7])).toEqual({
    named: [undefined],
    said: ['schemas are shown by their ids alone: GET http://r/schemas/ids/7: timeout\n'],
  })
  const { said } = await namesOf(nowhere, [7])
  expect(said).toEqual(['schemas are shown by their ids alone: REGISTRY_URL is not set\n'])
  // Nothing to name: it is nobody's business.
  expect((await namesOf(nowhere, [])).said).toEqual([])
})
