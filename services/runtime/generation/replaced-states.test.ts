import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { removeReplacedStates } from './replaced-states.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tributary-states-'))
  for (const name of ['generation-0', 'generation-1', 'generation-2', 'generation-3', 'identity'])
    mkdirSync(join(directory, name, 'partition-0'), { recursive: true })
})
afterEach(() => rmSync(directory, { recursive: true }))

const serving = { number: 2, partitions: 4, building: false }

it('removes states of generations that were dropped, and nothing else', async () => {
  const removed = await removeReplacedStates(directory, { generation: serving, previous: 1 })
  expect(removed).toEqual(['generation-0'])
  expect(readdirSync(directory).toSorted()).toEqual([
    'generation-1',
    'generation-2',
    'generation-3',
    'identity',
  ])
})

it('touches nothing while a generation is being built', async () => {
  const generation = { ...serving, building: true }
  expect(await removeReplacedStates(directory, { generation, previous: null })).toEqual([])
})

it('has nothing to do where no state is yet', async () => {
  const nowhere = join(directory, 'nowhere')
  expect(await removeReplacedStates(nowhere, { generation: serving, previous: null })).toEqual([])
})
