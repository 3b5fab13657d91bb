import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createMutations } from './mutations.ts'

const takes = (ms: number, seen: string[] = []) => ({
  command: async (statement: string): Promise<void> => {
    seen.push(statement)
    await sleep(ms)
  },
})

it('waits until every replica has written its parts', async () => {
  const seen: string[] = []
  await createMutations(() => undefined)(takes(0, seen), 'ALTER TABLE events DELETE WHERE 1')
  expect(seen).toEqual(['ALTER TABLE events DELETE WHERE 1 SETTINGS mutations_sync = 2'])
})

it('says once that it waits, and nothing of what is quick', async () => {
  const said: string[] = []
  const say = (line: string): void => void said.push(line)
  await createMutations(say)(takes(0), 'ALTER TABLE events')
  expect(said).toEqual([])
  const slow = createMutations(say, 20)
  for (let n = 0; n < 3; n += 1) await slow(takes(60), 'ALTER TABLE events')
  expect(said).toEqual([expect.stringContaining('system.mutations')])
})

it('adds up mutations that are quick each', async () => {
  const said: string[] = []
  const mutate = createMutations((line) => void said.push(line), 100)
  for (let n = 0; n < 6; n += 1) await mutate(takes(40), 'ALTER TABLE events')
  expect(said).toHaveLength(1)
})

it('says nothing after a mutation that failed', async () => {
  const said: string[] = []
  const failing = { command: async () => Promise.reject(new Error('away')) }
  await expect(
    createMutations((line) => void said.push(line), 20)(failing, 'ALTER TABLE events'),
  ).rejects.toThrow('away')
  await sleep(60)
  expect(said).toEqual([])
})
