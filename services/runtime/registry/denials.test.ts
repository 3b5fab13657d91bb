import { expect, test } from 'vitest'
import { epochMs } from '../event/ids.ts'
import { TributaryError } from '../errors/index.ts'
import type { RegistryClient } from './client.ts'
import { createRegistryDecoder } from './decoder.ts'
import { createDenials } from './denials.ts'
import { forgetfulStore } from './schema-store.ts'

test('a denial is believed when it still holds after a while, and then those of other ids are at once', () => {
  let now = 0
  const denials = createDenials(() => now, 20_000)
  expect(denials.heard(1)).toBe(false)
  now = 19_999
  expect([denials.heard(1), denials.heard(2)]).toEqual([false, false])
  now = 20_000
  expect([denials.heard(1), denials.heard(2), denials.heard(3)]).toEqual([true, true, true])
  // As long as it is asked often enough to know that it is the same registry.
  now = 79_999
  expect(denials.heard(4)).toBe(true)
  now = 139_999
  expect(denials.heard(5)).toBe(false)
})

test('after a silence the registry may be one that has just started', () => {
  let now = 0
  const denials = createDenials(() => now, 20_000)
  denials.heard(1)
  now = 10_000
  denials.silence()
  now = 25_000
  expect(denials.heard(1)).toBe(false)
  now = 45_000
  expect(denials.heard(1)).toBe(true)
  denials.silence()
  expect(denials.heard(2)).toBe(false)
})

test('a registry that denies what it knew a moment ago makes a partition wait, and no dead letter', async () => {
  let now = 0
  const schemas: ('away' | 'denies' | 'knows')[] = ['denies', 'away', 'denies', 'knows']
  const client: Pick<RegistryClient, 'schemaById'> = {
    async schemaById() {
      const next = schemas.shift() ?? 'denies'
      if (next === 'away') throw new TributaryError('TRB_REGISTRY_UNAVAILABLE', 'refused')
      return Promise.resolve(
        next === 'denies' ? undefined : { type: 'AVRO', text: '"string"', references: [] },
      )
    },
  }
  const decoder = createRegistryDecoder({
    client,
    store: forgetfulStore,
    now: () => epochMs(now),
    confirmDenialsMs: 20_000,
  })
  const record = Buffer.from([0, 0, 0, 0, 7, 4, 104, 105])
  const unavailable = { code: 'TRB_REGISTRY_UNAVAILABLE', retriable: true }
  for (const at of [0, 2000, 21_000]) {
    now = at
    await expect(decoder.decode(record)).rejects.toMatchObject(unavailable)
  }
  now = 23_000
  expect(await decoder.decode(record)).toMatchObject({ ok: true, value: 'hi' })
})

test('what the registry goes on denying is a dead letter', async () => {
  let now = 0
  const decoder = createRegistryDecoder({
    client: { schemaById: async () => Promise.resolve(undefined) },
    store: forgetfulStore,
    now: () => epochMs(now),
    confirmDenialsMs: 20_000,
  })
  const record = Buffer.from([0, 0, 0, 0, 7, 4, 104, 105])
  await expect(decoder.decode(record)).rejects.toMatchObject({ code: 'TRB_REGISTRY_UNAVAILABLE' })
  now = 20_000
  expect(await decoder.decode(record)).toMatchObject({ ok: false, reason: 'unknown_schema_id' })
})
