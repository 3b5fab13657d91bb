import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { runCliProcess } from '../support/cli/run-cli-process.ts'

// A process ends when nothing of it is open any more: one connection that a failed command leaves behind keeps it for ever.

const who = 'email=ada@example.org'

let installation: TestInstallation
beforeAll(async () => {
  installation = await createTestInstallation()
})
afterAll(async () => {
  await installation.drop()
})

test.each([
  ['identity', 'explain', who],
  ['identity', 'split', '--identifier', who, '--dry-run'],
  ['identity', 'unsplit', '--command', 'c1', '--dry-run'],
  ['identity', 'merge', who, 'user_id=17', '--dry-run'],
  ['privacy', 'access', who],
  ['privacy', 'erase', who, '--dry-run'],
  ['privacy', 'sweep'],
  ['keys', 'rotate'],
  ['deploy', 'infra/pipeline.yaml'],
])('%s %s says that topics are missing, and ends', async (...args) => {
  const { status, stderr } = await runCliProcess([...args, '--json'], installation.env)
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TRB_TOPIC_MISSING' } })
  expect(status).toBe(2)
})
