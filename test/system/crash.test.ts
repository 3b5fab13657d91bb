import { afterAll, expect, test } from 'vitest'
import {
  type Calm,
  nothingFound,
  shakenLike,
  undisturbed,
} from '../support/pipeline/crash-story.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'

const installations: Installation[] = []
let calm: Calm
let keyFile: string

afterAll(async () => {
  await Promise.all(installations.map(async (installation) => installation.drop()))
})

test('undisturbed, the world comes out as it is', async () => {
  const installation = await createInstallation()
  installations.push(installation)
  keyFile = installation.keyFile
  calm = await undisturbed(installation)
  expect(calm.findings).toEqual(nothingFound)
  expect(calm.exits).toEqual(calm.exits.map(() => 0))
})

// A process alone must go on from exactly where it died.
test('one process of each service, killed between each two steps and in mid-stream, changes nothing of what comes out', async () => {
  const installation = await createInstallation({ keyFile })
  installations.push(installation)
  const shaken = await shakenLike(calm, installation, ['a'], 1)
  expect(shaken.pending).toEqual([])
  expect(shaken.findings).toEqual(nothingFound)
  expect(shaken.differing).toEqual([])
  expect(shaken.exits).toEqual(shaken.exits.map(() => 0))
}, 300_000)
