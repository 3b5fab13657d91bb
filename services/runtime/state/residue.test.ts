import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { TributaryError } from '../errors/index.ts'
import { epochMs } from '../event/ids.ts'
import { openEnvironment } from './environment.ts'
import { createResidue } from './residue.ts'

const root = mkdtempSync(join(tmpdir(), 'tributary-residue-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A state in which somebody was erased at 1000, to be rewritten by 1100; `rewrite` takes the place of the real one. */
async function erasedAt1000(name: string, rewrite: () => void) {
  const environment = openEnvironment(join(root, name))
  const failures: string[] = []
  const residue = createResidue(
    {
      ...environment,
      rewrite: async () => {
        rewrite()
        return environment.rewrite()
      },
    },
    { afterMs: 100, onFailure: ({ message }) => void failures.push(message) },
  )
  const commitAt = async (at: number): Promise<void> => {
    residue.cut(epochMs(at))
    await environment.commit(() => residue.write())
    await residue.committed(epochMs(at))
  }
  residue.leave()
  await commitAt(1000)
  return { environment, residue, failures, commitAt }
}

test('a rewriting that finds no room is told of, and tried again after the same time', async () => {
  let tries = 0
  const { environment, residue, failures, commitAt } = await erasedAt1000('full', () => {
    if (tries++ === 0) throw new TributaryError('TRB_STATE_FULL', 'no room')
  })
  await commitAt(1150)
  expect([failures, residue.due()]).toEqual([['no room'], 1250])
  await commitAt(1249)
  expect(tries).toBe(1)
  expect(residue.ageMs(epochMs(1249))).toBe(249)
  await commitAt(1250)
  expect([tries, failures, residue.due()]).toEqual([2, ['no room'], null])
  expect(residue.ageMs(epochMs(1300))).toBe(0)
  await environment.close()
})

test('a rewriting that fails otherwise ends the commit: the state may be half opened', async () => {
  const { environment, failures, commitAt } = await erasedAt1000('broken', () => {
    throw new Error('broken')
  })
  await expect(commitAt(1100)).rejects.toThrow('broken')
  expect(failures).toEqual([])
  await environment.close()
})

test('what is taken away later waits no longer than the first of it', async () => {
  const { environment, residue, commitAt } = await erasedAt1000('twice', () => undefined)
  residue.leave()
  await commitAt(1050)
  expect(residue.due()).toBe(1100)
  await environment.close()
})
