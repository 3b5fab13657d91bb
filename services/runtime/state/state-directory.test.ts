import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { TributaryError } from '../errors/index.ts'
import { makeStateDirectory, stateDirectoryFault } from './state-directory.ts'

const root = mkdtempSync(join(tmpdir(), 'tributary-state-directory-'))
afterAll(() => rmSync(root, { recursive: true }))

const thrownFor = (directory: string): unknown => {
  try {
    makeStateDirectory(directory)
    return null
  } catch (error) {
    return error
  }
}

it('is made at a start, with what is above it, and by nothing else', () => {
  const directory = join(root, 'a/b')
  expect(stateDirectoryFault(directory)).toBe(null)
  expect(existsSync(join(root, 'a'))).toBe(false)
  makeStateDirectory(directory)
  makeStateDirectory(directory)
  expect(existsSync(directory)).toBe(true)
})

it('a path through a file is a wrong setting', () => {
  const file = join(root, 'file')
  writeFileSync(file, '')
  for (const directory of [file, join(file, 'below')])
    expect(thrownFor(directory)).toMatchObject({
      code: 'TRB_CONFIG_INVALID',
      message: `TRIBUTARY_STATE_DIR: '${directory}' can't be a directory: ${file} is a file`,
    })
})

it('a place where nothing can be made is a wrong setting, and ends', ({ skip }) => {
  if (!existsSync('/proc/self')) skip('there is no /proc')
  const thrown = thrownFor('/proc/tributary/state')
  expect(thrown).toBeInstanceOf(TributaryError)
  expect(thrown).toMatchObject({
    code: 'TRB_CONFIG_INVALID',
    message: expect.stringMatching(
      /^TRIBUTARY_STATE_DIR: '\/proc\/tributary\/state' can't be written: E/,
    ) as unknown,
  })
})

it('a directory of somebody else is a wrong setting', ({ skip }) => {
  if (process.getuid?.() === 0) skip('root may write everywhere')
  chmodSync(root, 0o500)
  expect(stateDirectoryFault(join(root, 'c'))).toContain("can't be written: EACCES")
  chmodSync(root, 0o700)
})
