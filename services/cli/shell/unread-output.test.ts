import { spawnSync } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { TributaryError } from '#runtime/errors/index.ts'
import { endWhenUnread } from './unread-output.ts'

it('ends a command quietly when its output is closed, and by no other fault of it', () => {
  const output = new EventEmitter()
  const ends: (TributaryError | null)[] = []
  endWhenUnread(output, (fault) => ends.push(fault))
  output.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  expect(ends).toEqual([null])
  output.emit('error', Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
  expect(ends[1]?.message).toBe('the output cannot be written: no space left')
})

const full = '/dev/full'
it.skipIf(!existsSync(full))('says that the output is on a full disk, as any other error', () => {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url))
  const disk = openSync(full, 'w')
  const { status, stderr } = spawnSync(process.execPath, [main, 'profile', 'query', '--json'], {
    stdio: ['ignore', disk, 'pipe'],
    encoding: 'utf8',
  })
  closeSync(disk)
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TRB_USAGE' } })
  expect(stderr).toContain('the output cannot be written: ENOSPC')
  expect(status).toBe(2)
})
