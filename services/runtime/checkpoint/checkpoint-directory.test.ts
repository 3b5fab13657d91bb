import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { checkCheckpointDirectory, checkpointDirectoryFault } from './checkpoint-directory.ts'

const root = mkdtempSync(join(tmpdir(), 'tributary-checkpoint-directory-'))
afterAll(() => rmSync(root, { recursive: true }))

it('need not be there yet, and is not made by looking', () => {
  const directory = join(root, 'a/b')
  expect(checkpointDirectoryFault(null)).toBe(null)
  expect(checkpointDirectoryFault(directory)).toBe(null)
  expect(existsSync(join(root, 'a'))).toBe(false)
})

it('is a wrong setting at a start, not at the first copy, where it is a file', () => {
  const file = join(root, 'file')
  writeFileSync(file, '')
  expect(() => checkCheckpointDirectory(file)).toThrow(
    expect.objectContaining({
      code: 'TRB_CONFIG_INVALID',
      message: `TRIBUTARY_CHECKPOINT_DIR: '${file}' can't be a directory: ${file} is a file`,
    }),
  )
})

it('is one where nobody may write', ({ skip }) => {
  if (process.getuid?.() === 0) skip('root may write everywhere')
  chmodSync(root, 0o500)
  const directory = join(root, 'copies')
  expect(checkpointDirectoryFault(directory)).toContain(
    `TRIBUTARY_CHECKPOINT_DIR: '${directory}' can't be written: EACCES`,
  )
  chmodSync(root, 0o700)
})
