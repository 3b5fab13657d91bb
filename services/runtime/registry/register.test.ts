import { expect, it } from 'vitest'
import { registerAll } from './register.ts'

it('asks for all schemas at once, so that a slow registry is waited for twice and not for each', async () => {
  let underWay = 0
  let most = 0
  const slowly = async (): Promise<void> => {
    underWay += 1
    most = Math.max(most, underWay)
    await Promise.resolve()
    underWay -= 1
  }
  const client = {
    register: async () => slowly().then(() => 1),
    setCompatibility: slowly,
  }
  const ids = await registerAll(client, { prefix: 'acme', withSources: false })
  expect(ids.size).toBeGreaterThan(5)
  expect(most).toBe(ids.size)
})
