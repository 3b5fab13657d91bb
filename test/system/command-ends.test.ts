import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { topicName } from '#schemas/topics.ts'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { runCliProcess, startCliProcess } from '../support/cli/run-cli-process.ts'
import { checkout } from '../world/demo/directory.ts'

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

interface Entry {
  readonly outcome: string
  readonly details: string
}

test('an erasure that is interrupted names the command that completes it, and has written it down before', async () => {
  const { clickhouse, env, kafka, prefix } = installation
  await installation.createTopics(1)
  const deployed = await runCliProcess(['deploy', 'infra/pipeline.yaml'], env)
  expect(deployed).toMatchObject({ status: 0, stderr: '' })
  const entries = async (): Promise<readonly Entry[]> =>
    clickhouse.query<Entry>(
      "SELECT outcome, details FROM audit_log WHERE command = 'privacy erase' AND details LIKE '%command_id%' ORDER BY version",
    )
  const key = { TRIBUTARY_KEY: '07'.repeat(32) }
  const erase = ['privacy', 'erase', who, '--reason', 'ticket 1', '--json']
  const { child, ended } = startCliProcess(erase, { ...env, ...key })
  const admin = await kafka.admin()
  const links = topicName(prefix, 'identity.links')
  // No service is there: the command waits for the linker once it is in its log.
  await vi.waitUntil(async () => (await admin.offsets(links)).get(0)?.high === 2, 20_000)
  await admin.close()
  const begun = (await entries()).at(-1)
  expect(begun).toMatchObject({ outcome: 'begun' })
  child.kill('SIGINT')
  const { status, stderr, stdout } = await ended
  const details = z.object({ command_id: z.string() })
  const { command_id: id } = details.parse(JSON.parse(begun?.details ?? ''))
  expect({ status, stdout }).toEqual({ status: 130, stdout: '' })
  // Before it stands that nobody is known by the identifier.
  expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toEqual({
    error: {
      code: 'TRB_INTERRUPTED',
      message: 'told to end before the work was done',
      hint: `The erasure is in the log. Go on: tributary privacy erase --command ${id}`,
    },
  })
  expect((await entries()).at(-1)).toMatchObject({ outcome: 'failed' })
})

test('a command that audit_log has goes on to its end though nobody reads its output', async () => {
  const { clickhouse, env } = installation
  const main = join(checkout, 'services/cli/main.ts')
  const typed = [process.execPath, main, 'deploy', 'infra/pipeline.yaml', '--reason', 'unread']
  const unread = '{ "$@"; echo "exit $?" >&2; } | true'
  const { stderr } = spawnSync('sh', ['-c', unread, 'sh', ...typed], { env, encoding: 'utf8' })
  expect(stderr).toBe('exit 0\n')
  expect(
    await clickhouse.query("SELECT outcome FROM audit_log FINAL WHERE reason = 'unread'"),
  ).toEqual([{ outcome: 'done' }])
})

const watching = ['lint', 'infra/pipeline.yaml', '--watch']

const untilWatching = async (output: Readable | null): Promise<void> =>
  new Promise((resolve) => {
    output?.on('data', (chunk: Buffer) => {
      if (chunk.includes('Ctrl-C ends')) resolve()
    })
  })

test('who tells npm to end reaches the command that npm runs, which ends in order', async () => {
  const child = spawn('npm', ['run', '-s', 'tributary', '--', ...watching], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const said = text(child.stdout)
  await untilWatching(child.stdout)
  child.kill('SIGINT')
  expect(await exited).toEqual([0, null])
  // It ends when nobody is left who may write.
  expect(await said).toContain('waiting for changes')
})

test('what comes with the first signal ends nothing: under npm Ctrl-C comes twice', async () => {
  const { child, ended } = startCliProcess(watching, installation.env)
  await untilWatching(child.stdout)
  // Held meanwhile, so that it finds both however long it takes to send the second.
  for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) child.kill(signal)
  expect(await ended).toMatchObject({ status: 0, stderr: '' })
})
