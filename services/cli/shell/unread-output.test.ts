import { spawnSync } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { TributaryError } from '#runtime/errors/index.ts'
import { endWhenUnread } from './unread-output.ts'

const closed = (): Error => Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
const noRoom = (): Error => Object.assign(new Error('no space left'), { code: 'ENOSPC' })

it('ends a command quietly when its output is closed, and by no other fault of it', () => {
  const output = new EventEmitter()
  const ends: (TributaryError | null)[] = []
  endWhenUnread([output], (fault) => ends.push(fault))
  output.emit('error', closed())
  expect(ends).toEqual([null])
  output.emit('error', noRoom())
  expect(ends[1]?.message).toBe('the output cannot be written: no space left')
})

it('lets a command that changes something go on to its end, which then tells of the fault', () => {
  const output = new EventEmitter()
  const ends: (TributaryError | null)[] = []
  const unread = endWhenUnread([output], (fault) => ends.push(fault))
  unread.goOn()
  output.emit('error', closed())
  expect(unread.fault()).toBe(null)
  output.emit('error', noRoom())
  expect({ ends, said: unread.fault()?.message }).toEqual({
    ends: [],
    said: 'the output cannot be written: no space left',
  })
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
