import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { identify, isAlive } from './process-identity.ts'
import { gone, type Launch, launch, running, terminate } from './supervise.ts'

const dir = mkdtempSync(join(tmpdir(), 'tributary-supervise-'))
const pidFile = join(dir, 'run', 'it.json')
const logFile = join(dir, 'log', 'it.log')
const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
  rmSync(logFile, { force: true })
})
afterAll(() => {
  rmSync(dir, { recursive: true, force: true })
})

function waiting(script = ''): Launch {
  return {
    name: 'it',
    command: process.execPath,
    args: ['-e', `${script};console.log('ready');setInterval(() => {}, 1000)`],
    environment: {},
    workingDirectory: dir,
    logFile,
    pidFile,
  }
}

it('finds what it started again by its pid file, and stops just that', async () => {
  const identity = launch(waiting())
  expect(running(pidFile)).toEqual(identity)
  expect(await terminate(pidFile, 5_000)).toBe(true)
  expect(isAlive(identity)).toBe(false)
  expect(existsSync(pidFile)).toBe(false)
  expect(await terminate(pidFile, 5_000)).toBe(false)
})

it('leaves a stranger alone who was given the same pid later', async () => {
  const own = launch(waiting())
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  cleanUps.push(() => stranger.kill('SIGKILL'))
  const identity = identify(stranger.pid ?? 0)
  if (identity === null) throw new Error('the stranger did not start')
  await terminate(pidFile, 5_000)
  writeFileSync(pidFile, JSON.stringify({ pid: identity.pid, startedAt: own.startedAt + '0' }))
  expect(running(pidFile)).toBeNull()
  expect(await terminate(pidFile, 5_000)).toBe(false)
  expect(isAlive(identity)).toBe(true)
})

it('kills what does not heed TERM, also while it is stopped', async () => {
  const identity = launch(waiting("process.on('SIGTERM', () => {})"))
  await vi.waitFor(() => {
    expect(readFileSync(logFile, 'utf8')).toContain('ready')
  })
  process.kill(identity.pid, 'SIGSTOP')
  expect(await terminate(pidFile, 200)).toBe(true)
  expect(await gone(identity, 0)).toBe(true)
})
