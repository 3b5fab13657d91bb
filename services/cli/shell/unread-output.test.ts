import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { endWhenUnread } from './unread-output.ts'

it('ends a command quietly when its output is closed, and by no other fault of it', () => {
  const output = new EventEmitter()
  let ended = 0
  endWhenUnread(output, () => {
    ended += 1
  })
  output.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  expect(ended).toBe(1)
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  expect(() => output.emit('error', full)).toThrow('no space left')
  expect(ended).toBe(1)
})
