import { expect, it } from 'vitest'
import { testDefinition } from '../../../../test/support/fold/definition.ts'
import { definitionVersion } from '../../event/ids.ts'
import { createKeptRules, rulesMax } from './kept-rules.ts'

it('keeps the rules of a few definitions, those used last, and makes others again', async () => {
  const made: number[] = []
  const rulesOf = createKeptRules(
    { get: async (version) => Promise.resolve(testDefinition(version, '')) },
    ({ version }) => {
      made.push(version)
      return { version }
    },
  )
  const ask = async (version: number): Promise<number> =>
    (await rulesOf(definitionVersion(version))).version
  for (let version = 1; version <= rulesMax; version += 1) expect(await ask(version)).toBe(version)
  // At the limit all are there; one more, and the one that nobody asked for lately goes.
  await ask(1)
  expect(made).toHaveLength(rulesMax)
  await ask(rulesMax + 1)
  await ask(1)
  expect(made).toHaveLength(rulesMax + 1)
  expect(await ask(2)).toBe(2)
  expect(made.at(-1)).toBe(2)
})

it('a definition that is nowhere is no guess', async () => {
  const rulesOf = createKeptRules({ get: async () => Promise.resolve(undefined) }, () => ({}))
  await expect(rulesOf(definitionVersion(3))).rejects.toMatchObject({ code: 'TRB_INTERNAL' })
})
