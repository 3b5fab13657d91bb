import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { TributaryError } from '../errors/index.ts'
import { mountStateRoom } from '../../../test/support/state/state-room.ts'
import { stateError } from './disk-full.ts'
import { checkLmdbFile, type Environment, openEnvironment } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'tributary-full-'))
const room = mountStateRoom(directory, 8)
afterAll(() => {
  if (typeof room !== 'string') room.unmount()
  rmSync(directory, { recursive: true })
})

const bytes = { encode: (value: Uint8Array) => value, decode: (value: Uint8Array) => value }
const write = async (environment: Environment, key: string, size: number): Promise<void> => {
  const store = environment.store<string, Uint8Array>('x', bytes)
  await environment.commit(() => {
    // Several writes of one commit: a failure of all of them has one promise that anybody waits for.
    for (const part of ['a', 'b', 'c']) store.put(`${key} ${part}`, Buffer.alloc(size, 1))
  })
}

test.skipIf(typeof room === 'string')(
  'a commit that finds no room is refused by its name, leaves nothing behind, and the state goes on when there is room',
  async () => {
    if (typeof room === 'string') return
    const path = join(directory, 'state')
    const first = openEnvironment(path)
    await write(first, 'kept', 10_000)
    room.fill()
    await expect(write(first, 'lost', 1_000_000)).rejects.toMatchObject({
      code: 'TRB_STATE_FULL',
      retriable: true,
    })
    await first.close()
    expect((await checkLmdbFile(join(path, 'data.mdb'))).kind).toBe('sound')
    expect(() => openEnvironment(path)).toThrow(expect.objectContaining({ code: 'TRB_STATE_FULL' }))
    // Not even the directory of a new one: that would be a page in a map for which there is no room.
    expect(() => openEnvironment(join(directory, 'new'))).toThrow(
      expect.objectContaining({ code: 'TRB_STATE_FULL' }),
    )
    room.empty()
    const second = openEnvironment(path)
    const store = second.store<string, Uint8Array>('x', bytes)
    expect([store.get('kept c')?.length, store.get('lost a')]).toEqual([10_000, undefined])
    await write(second, 'later', 1_000_000)
    expect(store.get('later c')?.length).toBe(1_000_000)
    await second.close()
    await openEnvironment(join(directory, 'new')).close()
  },
)

const withCode = (code: string | number): Error => Object.assign(new Error('x'), { code })

const codeOf = (code: string | number, freeBytes: number): string => {
  const error = stateError(withCode(code), '/state', () => freeBytes)
  return error instanceof TributaryError ? error.code : 'as it was'
}

test('which errors mean that there is no room', () => {
  const much = 1e9
  for (const code of ['ENOSPC', 'EDQUOT', 28, 122, -30_792])
    expect(codeOf(code, much)).toBe('TRB_STATE_FULL')
  // LMDB says I/O error for a page that was written in part; with room, the disk is broken.
  expect([codeOf(5, 0), codeOf(5, much)]).toEqual(['TRB_STATE_FULL', 'as it was'])
  expect([codeOf('EACCES', 0), codeOf(13, 0)]).toEqual(['as it was', 'as it was'])
})
