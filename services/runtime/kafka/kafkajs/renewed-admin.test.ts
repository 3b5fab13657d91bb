import type { Admin } from 'kafkajs'
import { expect, it } from 'vitest'
import { createRenewedAdmin } from './renewed-admin.ts'

const gone = Object.assign(new Error('gone'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' })

/** Admins that remember what they were asked about, as those of kafkajs do; `there` says which topics exist. */
function world(there: Set<string>) {
  const connected: number[] = []
  const left: number[] = []
  const admin = (): Admin => {
    const id = connected.push(connected.length) - 1
    const met = new Set<string>()
    const one: Partial<Admin> = {
      async fetchTopicOffsets(topic) {
        if (!there.has(topic)) throw gone
        met.add(topic)
        if ([...met].some((other) => !there.has(other))) throw gone
        return Promise.resolve([])
      },
      async disconnect() {
        left.push(id)
        return Promise.resolve()
      },
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is asked of it is there
    return one as Admin
  }
  const renewed = createRenewedAdmin(admin(), async () => Promise.resolve(admin()))
  const ask = async (topic: string) => renewed.ask(async (one) => one.fetchTopicOffsets(topic))
  return { ask, renewed, connected, left }
}

it('answers about the topics that are there, though one that it met before was deleted', async () => {
  const there = new Set(['a', 'b'])
  const { ask, renewed, connected, left } = world(there)
  await ask('a')
  await ask('b')
  there.delete('b')
  await expect(Promise.all([ask('a'), ask('a')])).resolves.toEqual([[], []])
  await expect(ask('b')).rejects.toBe(gone)
  await expect(ask('a')).resolves.toEqual([])
  await renewed.close()
  expect(left.toSorted((one, other) => one - other)).toEqual(connected)
})

it('asks once where another error says what is wrong', async () => {
  const { renewed, connected } = world(new Set())
  const refused = Object.assign(new Error('no'), { type: 'GROUP_AUTHORIZATION_FAILED' })
  await expect(renewed.ask(async () => Promise.reject(refused))).rejects.toBe(refused)
  expect(connected).toHaveLength(1)
})
